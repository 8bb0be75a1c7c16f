import cancel from "./operations/cancel.graphql";
import cancelVariables from "./operations/cancel.json";
import follow from "./operations/follow.graphql";
import followVariables from "./operations/follow.json";
import history from "./operations/history.graphql";
import oneOrder from "./operations/one-order.graphql";
import oneOrderVariables from "./operations/one-order.json";

const NEWEST = "{ viewer { orders(first: 10) { nodes { id items { id isPresentlyCancellable } } } } }";
const MOST_MS = 2_000;

/** The tabs of a first visit. GraphiQL names a tab after its operation. */
export async function defaultTabs(url) {
  const ids = await idsOfAnOrder(url);
  return [
    tab(history),
    tab(oneOrder, oneOrderVariables),
    tab(cancel, filledIn(cancelVariables, ids)),
    tab(follow, filledIn(followVariables, ids)),
  ];
}

/** The newest order with an item that can be cancelled, or the newest one; without a caller, no order. */
async function idsOfAnOrder(url) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: NEWEST }),
      signal: AbortSignal.timeout(MOST_MS),
    });
    const orders = (await response.json()).data.viewer.orders.nodes;
    const isCancellable = (item) => item.isPresentlyCancellable;
    const order = orders.find(({ items }) => items.some(isCancellable)) ?? orders[0];
    return { order: order.id, item: (order.items.find(isCancellable) ?? order.items[0]).id };
  } catch {
    return null;
  }
}

/** The variables with real ids in the place of the two that a visitor would have to paste. */
function filledIn(variables, ids) {
  if (!ids) return variables;
  return variables.replace("<paste an order's id here>", ids.order).replace("<an item's id>", ids.item);
}

/** Without the final line break of a file, which the editor would show as an empty line. */
function tab(query, variables = "") {
  return { query: query.trimEnd(), variables: variables.trimEnd() };
}
