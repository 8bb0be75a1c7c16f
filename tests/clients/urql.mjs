// urql with graphcache, its normalised cache: pages of the history, then a cancellation seen by the open query.
//
//   node urql.mjs <url of the endpoint>
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { command } from "./command.mjs";
import {
  CANCEL,
  HISTORY,
  consoleMessages,
  firstCancellable,
  introspection,
  itemOf,
  ordersOf,
  recordingFetch,
} from "./gateway.mjs";

await command("<url>", async (url) => {
  const schema = await introspection(url);
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const client = new Client({ url, fetch: recorder.fetch, exchanges: [cache(schema), fetchExchange] });
  const { endCursor } = (await query(client, { first: 5 })).viewer.orders.pageInfo;
  const bothPages = await query(client, { first: 5, after: endCursor });

  const { order, item } = firstCancellable(ordersOf(bothPages));
  const input = { orderId: order.id, orderItemIds: [item.id] };
  const cancelled = await dataOf(client.mutation(CANCEL, { input }));
  const afterwards = await query(client, { first: 5, after: endCursor }, { requestPolicy: "cache-only" });

  return {
    totalCount: bothPages.viewer.orders.totalCount,
    orderNumbers: ordersOf(bothPages).map(({ orderNumber }) => orderNumber),
    outcome: cancelled.cancelOrderItems.result.__typename,
    statusBefore: item.status,
    statusAfterwards: itemOf(afterwards, item.id).status,
    exchanges: recorder.exchanges,
    warnings,
  };
});

function cache(schema) {
  const embedded = () => null;
  return cacheExchange({
    schema,
    keys: { Money: embedded, CancelOrderItemsPayload: embedded, CancellationPending: embedded },
    resolvers: { Customer: { orders: relayPagination() } },
  });
}

function query(client, variables, options) {
  return dataOf(client.query(HISTORY, variables, options));
}

async function dataOf(source) {
  const { data, error } = await source.toPromise();
  if (error) throw error;
  return data;
}
