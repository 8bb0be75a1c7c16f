// Apollo Client with its cache's defaults: two components select different fields of the same sessions and venues.
//
//   node apollo-two-queries.mjs <url of the endpoint>
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { command } from "./command.mjs";
import { CANCEL, NAMES, TIMES, cancellableOrder, consoleMessages, recordingFetch } from "./gateway.mjs";

await command("<url>", async (url) => {
  const { order, item } = await cancellableOrder(url);
  const variables = { identifier: order.identifier };
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const link = new HttpLink({ uri: url, fetch: recorder.fetch });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const shown = { names: [], times: [] };
  const stop = [watch(client, NAMES, variables, shown.names), watch(client, TIMES, variables, shown.times)];
  await client.query({ query: gql(NAMES), variables });
  await client.query({ query: gql(TIMES), variables });
  const before = statuses(shown, item);

  const input = { orderId: order.id, orderItemIds: [item.id] };
  await client.mutate({ mutation: gql(CANCEL), variables: { input } });
  const policy = { variables, fetchPolicy: "cache-only" };
  const names = await client.query({ query: gql(NAMES), ...policy });
  const times = await client.query({ query: gql(TIMES), ...policy });
  const afterwards = statuses(shown, item);
  for (const one of stop) one.unsubscribe();
  client.stop();

  return {
    before,
    afterwards,
    cached: [names.data, times.data].map((data) => itemIn(data, item).status),
    requests: recorder.exchanges.length,
    warnings,
  };
});

function watch(client, query, variables, shown) {
  const watched = client.watchQuery({ query: gql(query), variables });
  return watched.subscribe(({ data, dataState }) => {
    if (dataState === "complete") shown.push(data);
  });
}

/** The status that each component shows. */
function statuses(shown, item) {
  return [shown.names, shown.times].map((results) => itemIn(results.at(-1), item).status);
}

function itemIn(data, { id }) {
  return data.order.items.find((item) => item.id === id);
}
