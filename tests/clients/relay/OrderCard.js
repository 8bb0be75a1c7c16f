// One order. It can be fetched again by its id alone.
graphql`
  fragment OrderCard_order on Order @refetchable(queryName: "OrderCardRefetchQuery") {
    confirmationNumber
    seller {
      name
    }
    items {
      ...OrderItemRow_item
    }
  }
`;
