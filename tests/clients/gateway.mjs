// Queries of the running gateway, and recorders of what a client does with them.
export const HISTORY = /* GraphQL */ `
  query History($first: Int!, $after: String) {
    viewer {
      id
      orders(first: $first, after: $after) {
        totalCount
        edges {
          cursor
          node {
            id
            orderNumber
            totalPaymentDue {
              amount
              currency
            }
            items {
              id
              status
              isPresentlyCancellable
            }
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`;

export const CANCEL = /* GraphQL */ `
  mutation Cancel($input: CancelOrderItemsInput!) {
    cancelOrderItems(input: $input) {
      result {
        __typename
        ... on CancellationPending {
          orderItems {
            id
            status
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

/** What one component of a page shows of an order's sessions. Another shows what TIMES selects. */
export const NAMES = /* GraphQL */ `
  query Names($identifier: ID!) {
    order(identifier: $identifier) {
      id
      items {
        id
        status
        session {
          id
          name
          venue {
            id
            name
          }
        }
      }
    }
  }
`;

export const TIMES = /* GraphQL */ `
  query Times($identifier: ID!) {
    order(identifier: $identifier) {
      id
      items {
        id
        status
        session {
          id
          startDate
          eventStatus
          venue {
            id
            formattedAddress
          }
        }
      }
    }
  }
`;

/** The first order with an item that can be cancelled, and the item; queried without any client. */
export async function cancellableOrder(url) {
  const items = "items { id isPresentlyCancellable }";
  const data = await dataOf(url, `{ viewer { orders(first: 50) { edges { node { id identifier ${items} } } } } }`);
  return firstCancellable(ordersOf(data));
}

async function dataOf(url, query) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return (await response.json()).data;
}

/** A fetch that records each exchange. */
export function recordingFetch() {
  const exchanges = [];
  return {
    exchanges,
    async fetch(url, options) {
      const response = await fetch(url, options);
      const type = response.headers.get("Content-Type").split(";")[0];
      exchanges.push(`${options.method ?? "GET"} ${response.status} ${type}`);
      return response;
    },
  };
}

/** The warnings and errors that the client writes to the console from now on. */
export function consoleMessages() {
  const messages = [];
  for (const level of ["warn", "error"]) console[level] = (...words) => messages.push(words.join(" "));
  return messages;
}

export function ordersOf(data) {
  return data.viewer.orders.edges.map((edge) => edge.node);
}

/** The first item that can be cancelled, with its order. */
export function firstCancellable(orders) {
  for (const order of orders) {
    const item = order.items.find(({ isPresentlyCancellable }) => isPresentlyCancellable);
    if (item) return { order, item };
  }
  throw new Error("no order has an item that can be cancelled");
}

export function itemOf(data, id) {
  return ordersOf(data)
    .flatMap((order) => order.items)
    .find((item) => item.id === id);
}
