// The page of one order, which a list may have brought already.
graphql`
  query OrderPageQuery($id: ID!) {
    order(id: $id) {
      orderNumber
    }
  }
`;
