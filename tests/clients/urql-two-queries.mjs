// urql with graphcache, with the kit: two components select different fields.
//
//   node urql-two-queries.mjs <url of the endpoint>
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { keys, resolvers } from "../../clients/urql.js";
import { command, kit } from "./command.mjs";
import {
  CANCEL,
  NAMES,
  TIMES,
  cancellableOrder,
  consoleMessages,
  recordingFetch,
} from "./gateway.mjs";

await command("<url>", async (url) => {
  const { order, item } = await cancellableOrder(url);
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const cache = cacheExchange({ schema: kit("introspection"), keys, resolvers: resolvers(relayPagination) });
  const exchanges = [cache, fetchExchange];
  const client = new Client({ url, fetch: recorder.fetch, exchanges });
  const statuses = async (requestPolicy) => {
    const found = [];
    for (const query of [NAMES, TIMES]) {
      const options = { requestPolicy };
      const { data, error } = await client.query(query, { identifier: order.identifier }, options).toPromise();
      if (error) throw error;
      found.push(data?.order.items.find(({ id }) => id === item.id).status ?? null);
    }
    return found;
  };

  const before = await statuses("cache-first");
  const input = { orderId: order.id, orderItemIds: [item.id] };
  await client.mutation(CANCEL, { input }).toPromise();

  return {
    before,
    afterwards: await statuses("cache-first"),
    cached: await statuses("cache-only"),
    requests: recorder.exchanges.length,
    warnings,
  };
});
