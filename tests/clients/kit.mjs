// The client kit in normalised caches: values without an id, and objects found by their id.
//
//   node kit.mjs <url of the endpoint>
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { typePolicies } from "../../clients/apollo.js";
import { keys, resolvers } from "../../clients/urql.js";
import { command, kit } from "./command.mjs";
import { consoleMessages, recordingFetch } from "./gateway.mjs";

/** What two components of a page show of the same prices, offers and terms. */
const AMOUNTS = list("price { amount } acceptedOffer { name price { amount } }", "termsOfService { name }");
const LABELS = list("price { formatted } acceptedOffer { prepayment price { formatted } }", "termsOfService { url }");
const AMOUNT = gql("fragment Amount on OrderItem { __typename price { amount } }");
const LABEL = gql("fragment Label on OrderItem { __typename price { formatted } }");
const ONE = "query One($id: ID!) { order(id: $id) { id items { id price { amount formatted } } } }";

await command("<url>", async (url) => {
  const warnings = consoleMessages();
  const apollo = await withApollo(url);
  const urql = await withUrql(url);
  return { apollo, urql, warnings };
});

function list(ofItems, ofSellers) {
  const fields = `id items { id ${ofItems} } seller { id ${ofSellers} }`;
  return `{ viewer { id orders(first: 3) { edges { cursor node { ${fields} } } pageInfo { hasNextPage endCursor } } } }`;
}

async function withApollo(url) {
  const cache = new InMemoryCache({
    possibleTypes: kit("possibleTypes"),
    typePolicies: typePolicies(relayStylePagination),
  });
  const recorder = recordingFetch();
  const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch: recorder.fetch }), cache });
  const open = [AMOUNTS, LABELS].map((query) => client.watchQuery({ query: gql(query) }).subscribe(() => {}));
  for (const query of [AMOUNTS, LABELS]) await client.query({ query: gql(query) });
  const { data } = await client.query({ query: gql(AMOUNTS), fetchPolicy: "cache-only" });
  const { id } = data.viewer.orders.edges[0].node;
  const found = await client.query({ query: gql(ONE), variables: { id } });

  for (const one of open) one.unsubscribe();
  client.stop();
  const { items } = found.data.order;
  const item = cache.identify(items[0]);
  const label = () => cache.readFragment({ id: item, fragment: LABEL })?.price.formatted ?? null;
  const before = label();
  const cheap = { __typename: "OrderItem", price: { __typename: "Money", amount: "0.01" } };
  cache.writeFragment({ id: item, fragment: AMOUNT, data: cheap });
  return {
    withoutList: unreadable(cache, data),
    requests: recorder.exchanges.length,
    found: items.length,
    isLabelled: before === items[0].price.formatted,
    labelOfAnotherAmount: label(),
  };
}

/** The list of a customer whose first page cannot be read, and its number of edges after a further page could not. */
function unreadable(cache, { viewer }) {
  const query = gql(AMOUNTS);
  const orders = null;
  cache.writeQuery({ query, data: { viewer: { ...viewer, orders } } });
  const after = cache.readQuery({ query }).viewer.orders.edges.length;
  cache.writeQuery({ query, data: { viewer: { ...viewer, id: "another", orders } } });
  return [cache.readQuery({ query }).viewer.orders, after];
}

async function withUrql(url) {
  const recorder = recordingFetch();
  const cache = cacheExchange({ schema: kit("introspection"), keys, resolvers: resolvers(relayPagination) });
  const client = new Client({ url, fetch: recorder.fetch, exchanges: [cache, fetchExchange] });
  for (const query of [AMOUNTS, LABELS]) await client.query(query, {}).toPromise();
  const { data } = await client.query(AMOUNTS, {}, { requestPolicy: "cache-only" }).toPromise();
  const { id } = data.viewer.orders.edges[0].node;
  const found = await client.query(ONE, { id }).toPromise();
  return { requests: recorder.exchanges.length, found: found.data.order.items.length };
}
