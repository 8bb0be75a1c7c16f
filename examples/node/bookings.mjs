// Jobs of a back end that acts for any customer.
import { setTimeout as sleep } from "node:timers/promises";
import { gql } from "graphql-request";
import { connect, GatewayError } from "./client.mjs";

const USAGE = `Jobs of a back end that acts for any customer.

    node bookings.mjs report CUSTOMER                  upcoming bookings
    node bookings.mjs totals CUSTOMER                  orders of each year, and what they cost
    node bookings.mjs cancel KEY ORDER ITEM [ITEM …]   KEY: yours, for example the number of a ticket

GATEWAY_TOKEN must hold a token with the service scope. ORDER and ITEM are ids or identifiers.
`;
const UPCOMING = gql`
  query Upcoming($customer: ID!, $after: String) {
    customer(identifier: $customer) {
      page: upcomingOrderItems(first: 50, after: $after, excludeCancelled: true) {
        nodes {
          identifier
          isPresentlyCancellable
          price { formatted }
          session { name startDateLocal venue { name } }
          order { identifier }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`;
const ORDERS = gql`
  query Orders($customer: ID!, $after: String) {
    customer(identifier: $customer) {
      page: orders(first: 100, after: $after) {
        nodes { orderDate totalPaymentDue { minorUnits currency } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`;
const PREVIEW = gql`
  query Preview($order: ID!, $items: [ID!]!) {
    cancellationPreview(orderId: $order, orderItemIds: $items) {
      token
      refund { formatted }
      totalAfter { formatted }
      items { orderItem { identifier } reason }
    }
  }
`;
const CANCEL = gql`
  mutation Cancel($input: CancelOrderItemsInput!) {
    cancelOrderItems(input: $input) { result { ... on CancellationOutcome { code message } } }
  }
`;

const send = connect();

// --8<-- [start:pages]
/** All nodes of a list. New bookings meanwhile neither repeat nor hide one. */
async function* every(query, customer) {
  let info = { hasNextPage: true, endCursor: null };
  while (info.hasNextPage) {
    const data = await send(query, { customer, after: info.endCursor });
    if (!data.customer) throw new Error("There is no such customer for this token. Has it the service scope?");
    yield* data.customer.page.nodes;
    info = data.customer.page.pageInfo;
  }
}
// --8<-- [end:pages]

async function report(customer) {
  for await (const { identifier, order, session, price, isPresentlyCancellable } of every(UPCOMING, customer)) {
    // The booking system may leave out any part of a booking.
    const start = (session?.startDateLocal ?? "without a date").slice(0, 16).replace("T", " ");
    const venue = session?.venue ? session.venue.name : "online";
    const cancellable = isPresentlyCancellable ? ", can be cancelled" : "";
    console.log(`${start.padEnd(16)} ${session?.name ?? "?"}, ${venue}, ${price?.formatted ?? "?"}${cancellable}`);
    console.log(`${" ".repeat(16)} ${order.identifier} ${identifier}`);
  }
}

async function totals(customer) {
  const years = new Map();
  for await (const { orderDate, totalPaymentDue } of every(ORDERS, customer)) {
    if (!totalPaymentDue) continue;
    const year = `${orderDate.slice(0, 4)} ${totalPaymentDue.currency}`;
    const { orders, minorUnits } = years.get(year) ?? { orders: 0, minorUnits: 0 };
    years.set(year, { orders: orders + 1, minorUnits: minorUnits + totalPaymentDue.minorUnits });
  }
  for (const [year, { orders, minorUnits }] of [...years].sort()) {
    const total = (minorUnits / 100).toLocaleString("en-GB", { minimumFractionDigits: 2 });
    console.log(`${year} ${String(orders).padStart(5)} orders ${total.padStart(10)}`);
  }
}

// --8<-- [start:cancel]
const SENT_BEFORE = ["ALREADY_CANCELLED", "CANCELLATION_PENDING", "CANCELLATION_UNCONFIRMED"];

async function cancel(key, order, ...items) {
  const { cancellationPreview: preview } = await send(PREVIEW, { order, items });
  if (!preview) throw new Error("There is no such order, or it has no such item.");
  if (preview.token) {
    console.log(`Refund ${preview.refund?.formatted}, then the order costs ${preview.totalAfter?.formatted}.`);
  } else if (!preview.items.every(({ reason }) => SENT_BEFORE.includes(reason))) {
    const reasons = preview.items.map(({ orderItem, reason }) => `${orderItem.identifier}: ${reason}`);
    throw new Error(`Not permitted. ${reasons.join(", ")}`);
  }

  // The token holds the gateway to these terms. The key lets the job run again without cancelling twice.
  const input = { orderId: order, orderItemIds: items, previewToken: preview.token, idempotencyKey: key };
  let result;
  for (const seconds of [1, 2, 4, 0]) {
    ({ result } = (await send(CANCEL, { input })).cancelOrderItems);
    if (!["CANCELLATION_UNCONFIRMED", "UPSTREAM_UNAVAILABLE"].includes(result.code)) break;
    await sleep(1_000 * seconds);
  }
  console.log(`${result.code}: ${result.message}`);
  if (!["CANCELLATION_PENDING", "ALREADY_CANCELLED"].includes(result.code)) process.exitCode = 1;
}
// --8<-- [end:cancel]

const [job, ...words] = process.argv.slice(2);
const jobs = { report, totals, cancel };
if (!Object.hasOwn(jobs, job) || words.length < (job === "cancel" ? 3 : 1)) {
  console.error(USAGE);
  process.exit(1);
}
try {
  await jobs[job](...words);
} catch (error) {
  // A scheduler should start the job again later, unless the request itself is at fault.
  console.error(error instanceof GatewayError ? `Failed. ${error.message}` : error.message);
  process.exitCode = 1;
}
