// What every peer on Node serves: the schema, and resolvers over imin's JSON as it comes.
import { readFileSync } from 'node:fs';
import DataLoader from 'dataloader';
import { Pool } from 'undici';

export const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
// As long as this gateway gives an answer as it is, where caches are on.
export const CACHE_SECONDS = 3;
const pool = new Pool(process.env.UPSTREAM, { connections: 128, pipelining: 1 });
const headers = { 'x-api-key': process.env.API_KEY ?? 'bench', accept: 'application/json' };

async function get(path) {
  const { statusCode, body } = await pool.request({ path: `/api/v2${path}`, method: 'GET', headers });
  if (statusCode === 200) return body.json();
  await body.dump();
  if (statusCode === 404) return null;
  throw new Error(`imin answered ${statusCode}`);
}

// One per request: an order is asked for once.
export function makeContext() {
  return { orders: new DataLoader((ids) => Promise.all(ids.map((id) => get(`/orders/${id}`).catch((error) => error)))) };
}

const PAGE = 10;
const cursor = (index) => Buffer.from(`offset:${index}`).toString('base64');
const tail = (iri) => iri.slice(iri.lastIndexOf('/') + 1);
const term = (iri) => iri && tail(iri).replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
const money = (one) => (one?.price == null ? null : one);

// The nearest level that says it: session, series, series of series.
function inherited(event, name) {
  for (let level = event; level; level = level.superEvent ?? level.facilityUse) if (level[name] != null) return level[name];
  return null;
}

async function ordersOf({ identifier }, { first }) {
  const numbers = Array.from({ length: Math.ceil(first / PAGE) }, (_, index) => index + 1);
  const pages = await Promise.all(numbers.map((page) => get(`/orders?customerIdentifier=${identifier}&page=${page}`)));
  const nodes = pages.flatMap((page) => page['imin:item']).slice(0, first);
  const totalCount = pages[0]['imin:totalItems'];
  return {
    totalCount,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(index) })),
    pageInfo: { hasNextPage: nodes.length < totalCount, endCursor: nodes.length ? cursor(nodes.length - 1) : null },
  };
}

function sellerOf(order) {
  const named = (order.orderedItem ?? []).map((item) => inherited(item.orderedItem, 'organizer') ?? inherited(item.orderedItem, 'provider'));
  return { ...(named.find((one) => one?.id === order.seller.id) ?? {}), ...order.seller };
}

export const resolvers = {
  Query: {
    customer: (_, { identifier }) => ({ identifier }),
    order: (_, { identifier }, { orders }) => orders.load(identifier),
  },
  Customer: { orders: ordersOf },
  Order: {
    status: (order) => term(order.orderStatus),
    totalPaymentDue: (order) => money(order.totalPaymentDue),
    seller: sellerOf,
    receipts: (order) => order['imin:receipt'] ?? [],
    items: (order) => order.orderedItem ?? [],
  },
  Money: { amount: (one) => String(one.price), currency: (one) => one.priceCurrency },
  Seller: { identifier: (seller) => seller.id },
  Receipt: { identifier: (receipt) => tail(receipt.url) },
  OrderItem: {
    status: (item) => term(item.orderItemStatus),
    isPresentlyCancellable: (item) => item['imin:isPresentlyCancellable'] ?? null,
    price: (item) => money(item.acceptedOffer),
    session: (item) => item.orderedItem,
  },
  Session: { name: (session) => inherited(session, 'name'), venue: (session) => inherited(session, 'location') },
  Place: { latitude: (place) => place.geo?.latitude ?? null, longitude: (place) => place.geo?.longitude ?? null },
};
