// graphql-ws, the usual client for subscriptions: watches an order, and cancels it over the same WebSocket.
//
//   node graphql-ws.mjs <url of the endpoint>
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { command } from "./command.mjs";
import { CANCEL, HISTORY, firstCancellable, ordersOf } from "./gateway.mjs";

const ORDER_CHANGED = /* GraphQL */ `
  subscription OrderChanged($id: ID!) {
    orderChanged(id: $id) {
      id
      items {
        id
        status
      }
    }
  }
`;

await command("<url>", async (url) => {
  let sockets = 0;
  const client = createClient({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: "Bearer ignored-by-the-demo" },
    retryAttempts: 0,
    lazy: false,
    on: { connected: () => sockets++ },
  });
  const history = await once(client, HISTORY, { first: 5 });
  const { order, item } = firstCancellable(ordersOf(history));

  const states = [];
  const changes = client.iterate({ query: ORDER_CHANGED, variables: { id: order.id } });
  for await (const { data, errors } of changes) {
    if (errors) throw new Error(errors[0].message);
    const { status } = data.orderChanged.items.find(({ id }) => id === item.id);
    states.push(status);
    if (status !== "ORDER_ITEM_CONFIRMED") break;
    const input = { orderId: order.id, orderItemIds: [item.id] };
    states.push((await once(client, CANCEL, { input })).cancelOrderItems.result.__typename);
  }
  await client.dispose();
  return { states, sockets };
});

async function once(client, query, variables) {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) throw new Error(errors[0].message);
    return data;
  }
}
