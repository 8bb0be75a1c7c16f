// A screen of bookings as a Relay front end declares it.
graphql`
  query HistoryQuery($first: Int!, $after: String) {
    viewer {
      ...History_customer @arguments(first: $first, after: $after)
      ...History_upcoming
    }
  }
`;

graphql`
  fragment History_customer on Customer
  @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" })
  @refetchable(queryName: "HistoryPageQuery") {
    orders(first: $first, after: $after) @connection(key: "History_orders") {
      totalCount
      edges {
        node {
          orderNumber
          orderDate
          status
          totalPaymentDue {
            amount
            currency
          }
          receipts {
            url
          }
          ...OrderCard_order
        }
      }
    }
  }
`;

graphql`
  fragment History_upcoming on Customer
  @argumentDefinitions(last: { type: "Int", defaultValue: 5 }, before: { type: "String" })
  @refetchable(queryName: "HistoryUpcomingPageQuery") {
    upcomingOrderItems(last: $last, before: $before) @connection(key: "History_upcomingOrderItems") {
      edges {
        node {
          ...OrderItemRow_item
        }
      }
    }
  }
`;
