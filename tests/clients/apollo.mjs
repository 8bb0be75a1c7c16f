// Apollo Client with its normalised cache: pages of the history, then a cancellation seen by the open query.
//
//   node apollo.mjs <url of the endpoint>
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { typePolicies } from "../../clients/apollo.js";
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
  const cache = new InMemoryCache({
    possibleTypes: kit("possibleTypes"),
    typePolicies: typePolicies(relayStylePagination),
  });
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const client = new ApolloClient({ link: new HttpLink({ uri: url, fetch: recorder.fetch }), cache });
  const history = client.watchQuery({ query: gql(HISTORY), variables: { first: 5 } });
  const results = observed(history);
  const { data: firstPage } = await results.until((data) => ordersOf(data).length === 5);
  await history.fetchMore({ variables: { after: firstPage.viewer.orders.pageInfo.endCursor } });
  const { data: bothPages } = await results.until((data) => ordersOf(data).length === 10);

  const { order, item } = firstCancellable(ordersOf(bothPages));
  const input = { orderId: order.id, orderItemIds: [item.id] };
  const { data: cancelled } = await client.mutate({ mutation: gql(CANCEL), variables: { input } });
  const { data: afterwards } = await results.until((data) => itemOf(data, item.id).status !== item.status);
  results.stop();
  client.stop();

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

/** The results that a component bound to the query would render. */
function observed(query) {
  let last;
  const waiting = [];
  const subscription = query.subscribe((result) => {
    last = result;
    settle();
  });

  function settle() {
    for (const { fits, resolve, reject } of waiting) {
      if (last.error) reject(last.error);
      else if (last.dataState === "complete" && fits(last.data)) resolve(last);
    }
  }

  return {
    until: (fits) =>
      new Promise((resolve, reject) => {
        waiting.push({ fits, resolve, reject });
        if (last) settle();
      }),
    stop: () => subscription.unsubscribe(),
  };
}
