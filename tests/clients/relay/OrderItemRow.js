// One item, with its cancel button.
graphql`
  fragment OrderItemRow_item on OrderItem @refetchable(queryName: "OrderItemRowRefetchQuery") {
    id
    status
    isPresentlyCancellable
    cancellableUntil
    session {
      __typename
      name
      startDate
      ...SessionCard_session
      venue {
        formattedAddress
      }
      ... on Slot {
        facilityUse {
          name
        }
      }
    }
  }
`;

graphql`
  mutation OrderItemRowCancelMutation($input: CancelOrderItemsInput!) {
    cancelOrderItems(input: $input) {
      result {
        __typename
        ... on CancellationPending {
          orderItems {
            ...OrderItemRow_item
          }
        }
        ... on Error {
          code
          message
        }
      }
    }
  }
`;
