// Relay's runtime with the artifacts of relay.mjs: pages of the history, then a cancellation seen in the store.
//
//   node relay-store.mjs <url of the endpoint> <folder that relay.mjs filled>
import { createRequire } from "node:module";
import { join } from "node:path";
import relay from "relay-runtime";
import { missingFieldHandlers } from "../../clients/relay.js";
import { command } from "./command.mjs";
import { consoleMessages, firstCancellable, recordingFetch } from "./gateway.mjs";

await command("<url> <folder>", async (url, folder) => {
  const warnings = consoleMessages();
  const recorder = recordingFetch();
  const artifact = artifactsIn(folder);
  const environment = new relay.Environment({
    network: network(url, recorder.fetch),
    store: new relay.Store(new relay.RecordSource()),
    missingFieldHandlers,
  });
  const read = (name, reference) =>
    environment.lookup(relay.getSingularSelector(artifact(name), reference)).data;
  const request = (name, variables) => relay.fetchQuery(environment, artifact(name), variables).toPromise();

  const history = relay.createOperationDescriptor(artifact("HistoryQuery"), { first: 5 });
  environment.retain(history);
  await request("HistoryQuery", { first: 5 });
  const { viewer } = environment.lookup(history.fragment).data;
  const { endCursor } = read("History_customer", viewer).orders.pageInfo;
  await request("HistoryPageQuery", { id: viewer.__id, first: 5, after: endCursor });
  const { edges, totalCount } = read("History_customer", viewer).orders;

  const { order, item } = firstCancellable(edges.map(({ node }) => withItems(node, read)));
  const input = { orderId: order.__id, orderItemIds: [item.id] };
  const { cancelOrderItems } = await commit(environment, artifact("OrderItemRowCancelMutation"), { input });
  const currentStatus = () => read("OrderItemRow_item", item.reference).status;
  const statusAfterwards = currentStatus();
  await request("OrderItemRowRefetchQuery", { id: item.id });
  const { session } = read("OrderItemRow_item", item.reference);
  const { venue } = read("SessionCard_session", session);
  const { name } = read("VenueCard_place", venue);
  const records = environment.getStore().getSource().size();
  const byId = relay.createOperationDescriptor(artifact("OrderPageQuery"), { id: order.__id });
  const { status: foundById } = environment.check(byId);
  await request("SessionCardRefetchQuery", { id: session.__id });
  await request("VenueCardRefetchQuery", { id: venue.__id });

  return {
    totalCount,
    orderNumbers: edges.map(({ node }) => node.orderNumber),
    outcome: cancelOrderItems.result.__typename,
    statusBefore: item.status,
    statusAfterwards,
    statusRefetched: currentStatus(),
    isSameVenue: read("VenueCard_place", venue).name === name,
    foundById,
    recordsAdded: environment.getStore().getSource().size() - records,
    exchanges: recorder.exchanges,
    warnings,
  };
});

function artifactsIn(folder) {
  const require = createRequire(join(folder, "artifacts", "any.js"));
  return (name) => require(`./${name}.graphql`);
}

function network(url, fetch) {
  return relay.Network.create(async ({ text }, variables) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json" },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
}

/** Relay masks data: what a fragment selects can be read through that fragment only. */
function withItems(order, read) {
  const { items } = read("OrderCard_order", order);
  return {
    ...order,
    items: items.map((reference) => ({ ...read("OrderItemRow_item", reference), reference })),
  };
}

function commit(environment, mutation, variables) {
  return new Promise((resolve, reject) => {
    relay.commitMutation(environment, { mutation, variables, onCompleted: resolve, onError: reject });
  });
}
