// Follows an order with every client of docs/reconnecting.md at the same time, until all have ended.
//
//   node live-updates.mjs <folder with the page's modules> <url of the endpoint> <url of the tokens> <order id>
//
// Prints one line of JSON for each event: {"client", "total" | "error" | "end"}. GET <url of the tokens>/<client>
// answers with the token to send, as text. The folder must be able to import this project's packages.
import { pathToFileURL } from "node:url";
import { gql } from "@apollo/client";
import { onEnd, pipe, subscribe } from "wonka";
import WebSocket from "ws";

globalThis.WebSocket = WebSocket;
const FIRST_WAIT_MS = 20;
const [folder, url, tokens, id] = process.argv.slice(2);
const QUERY = "subscription ($id: ID!) { orderChanged(id: $id) { totalPaymentDue { amount } } }";

const [{ follow }, { liveClient }, { apolloClient }, { urqlClient }, { sseClient }, { eventClient }] = await Promise.all(
  ["follow", "live-client", "apollo", "urql", "sse-client", "events"].map(
    (name) => import(pathToFileURL(`${folder}/${name}.js`)),
  ),
);

const clients = {
  "graphql-ws": (token, on) => follow(liveClient(url.replace("http", "ws"), token, FIRST_WAIT_MS), id, on),
  "graphql-sse": (token, on) => follow(sseClient(url, token, FIRST_WAIT_MS), id, on),
  fetch: (token, on) => follow(eventClient(url, token, FIRST_WAIT_MS), id, on),
  apollo: (token, { onOrder, onEnd, onError }) =>
    apolloClient(url, token, FIRST_WAIT_MS)
      .subscribe({ query: gql(QUERY), variables: { id } })
      .subscribe({
        next: ({ data, error }) => (error ? onError(error) : onOrder(data.orderChanged)),
        complete: onEnd,
        error: onError,
      }),
  urql: (token, on) =>
    pipe(
      urqlClient(url, token, FIRST_WAIT_MS).subscription(QUERY, { id }),
      onEnd(on.onEnd),
      subscribe(({ data, error, hasNext }) => {
        if (error) on.onError(error);
        // When a subscription completes, urql emits its last result again.
        else if (hasNext) on.onOrder(data.orderChanged);
      }),
    ),
};

for (const [client, start] of Object.entries(clients)) {
  const print = (event) => console.log(JSON.stringify({ client, ...event }));
  const freshToken = async () => (await fetch(`${tokens}/${client}`)).text();
  let hasFailed = false;
  start(freshToken, {
    onOrder: (order) => print({ total: order.totalPaymentDue.amount }),
    // Apollo Client and urql also end after an error.
    onEnd: () => hasFailed || print({ end: true }),
    onError: (error) => {
      hasFailed = true;
      // graphql-ws fails with the close event, which urql wraps.
      print({ error: (error.networkError ?? error).reason ?? error.message });
    },
  });
}
