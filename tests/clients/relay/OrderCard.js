// One order, and one line of it: each can be fetched again by its id alone.
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
