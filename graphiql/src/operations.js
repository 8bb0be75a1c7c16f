import account from "./operations/account.graphql";
import accountVariables from "./operations/account.json";
import book from "./operations/book.graphql";
import bookVariables from "./operations/book.json";
import cancel from "./operations/cancel.graphql";
import cancelVariables from "./operations/cancel.json";
import follow from "./operations/follow.graphql";
import followVariables from "./operations/follow.json";
import history from "./operations/history.graphql";
import oneOrder from "./operations/one-order.graphql";
import oneOrderVariables from "./operations/one-order.json";
import preview from "./operations/preview.graphql";
import previewVariables from "./operations/preview.json";
import { withCredentials } from "./identity.js";

const MOST_MS = 2_000;
const NEWEST = `{
  viewer {
    orders(first: 10) {
      nodes { id identifier items { id isPresentlyCancellable bookAgain { opportunityId opportunityType offerId } } }
    }
  }
}`;
const PREVIEW = `query ($orderId: ID!, $orderItemIds: [ID!]!) {
  cancellationPreview(orderId: $orderId, orderItemIds: $orderItemIds) { token }
}`;

/** The tabs of a first visit. GraphiQL names a tab after its operation. booking: from ownBooking. */
export function tabsFor(booking) {
  return [
    tab(history),
    tab(oneOrder, filledIn(oneOrderVariables, booking)),
    tab(preview, filledIn(previewVariables, booking)),
    tab(cancel, filledIn(cancelVariables, booking)),
    tab(follow, filledIn(followVariables, booking)),
    tab(book, filledIn(bookVariables, booking)),
    tab(account, accountVariables),
  ];
}

/** What the tabs' variables name: an item of the newest order that has one to cancel. Null without a caller or order. */
export async function ownBooking(url) {
  try {
    const orders = (await data(url, NEWEST)).viewer.orders.nodes;
    const isCancellable = (item) => item.isPresentlyCancellable;
    const order = orders.find(({ items }) => items.some(isCancellable)) ?? orders[0];
    const item = order.items.find(isCancellable) ?? order.items[0];
    const { cancellationPreview } = await data(url, PREVIEW, { orderId: order.id, orderItemIds: [item.id] });
    return {
      order: order.id,
      identifier: order.identifier,
      item: item.id,
      token: cancellationPreview?.token,
      ...item.bookAgain,
    };
  } catch {
    return null;
  }
}

async function data(url, query, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: await withCredentials({ "Content-Type": "application/json" }),
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(MOST_MS),
  });
  return (await response.json()).data;
}

/** The variables with real ids and a real token in the place of those that a visitor would have to paste. */
function filledIn(variables, booking) {
  const values = {
    "0bac05e5-b207-4794-80b8-6c94211643c5": booking?.identifier,
    "<an order's id>": booking?.order,
    "<an item's id>": booking?.item,
    "<the token of Preview>": booking?.token,
    "<a session's identifier>": booking?.opportunityId,
    SCHEDULED_SESSION: booking?.opportunityType,
    "<the iri of one of its offers>": booking?.offerId,
  };
  return Object.entries(values).reduce((text, [name, value]) => (value ? text.replace(name, value) : text), variables);
}

/** Without the final line break of a file, which the editor would show as an empty line. */
function tab(query, variables = "") {
  return { query: query.trimEnd(), variables: variables.trimEnd() };
}
