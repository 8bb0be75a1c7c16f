// urql with graphcache, its normalised cache: pages of the history, then a cancellation seen by the open query.
//
//   node urql.mjs <url of the endpoint>
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { keys, resolvers } from "../../clients/urql.js";
import { command, kit } from "./command.mjs";
import {
  CANCEL,
  HISTORY,
  consoleMessages,
  firstCancellable,
  itemOf,
  ordersOf,
  recordingFetch,
} from "./gateway.mjs";

await command("<url>", async (url) => {
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const cache = cacheExchange({ schema: kit("introspection"), keys, resolvers: resolvers(relayPagination) });
  const client = new Client({ url, fetch: recorder.fetch, exchanges: [cache, fetchExchange] });
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

function query(client, variables, options) {
  return dataOf(client.query(HISTORY, variables, options));
}

async function dataOf(source) {
  const { data, error } = await source.toPromise();
  if (error) throw error;
  return data;
}
