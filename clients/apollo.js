// Options of Apollo Client's InMemoryCache. Works with @apollo/client 4.
import { connections, lists, lookups, pages, values } from "./cache.js";

/**
 * Type policies for the whole schema.
 *
 *   new InMemoryCache({ possibleTypes, typePolicies: typePolicies(relayStylePagination) })
 *
 * relayStylePagination: from "@apollo/client/utilities". It is passed so that this file needs no package.
 */
export function typePolicies(relayStylePagination) {
  const policies = {};
  const of = (type) => (policies[type] ??= { fields: {} });
  for (const type of values) {
    of(type).keyFields = false;
    // Two pages of a list are not two states of one value.
    if (!pages.includes(type)) of(type).merge = mergeValues;
  }
  for (const [type, fields] of Object.entries(lists)) {
    for (const field of fields) of(type).fields[field] = { merge: mergeLists };
  }
  for (const [type, fields] of Object.entries(connections)) {
    for (const [field, keyArgs] of Object.entries(fields)) {
      of(type).fields[field] = listWithPages(relayStylePagination(keyArgs));
    }
  }
  for (const [field, type] of Object.entries(lookups)) {
    if (type) of("Query").fields[field] = { read: lookUp(type) };
  }
  return policies;
}

/**
 * A list that could not be read is null, with an error; relayStylePagination makes an empty object of it (see
 * findings/apollo-null-connection.sh). Here it stays null, and if a further page could not be read, those before it stay.
 */
function listWithPages(policy) {
  const merge = (existing, incoming, options) =>
    incoming ? policy.merge(existing, incoming, options) : (existing ?? null);
  return { ...policy, merge };
}

/**
 * Two components that select different fields of a value without an id share it while the fields that both have
 * agree. A value that disagrees is another one: it replaces the value before, of which nothing may be shown beside it.
 */
function mergeValues(existing, incoming, { isReference }) {
  const isOther = !existing || isReference(existing) || isReference(incoming) || !agree(existing, incoming);
  return isOther ? incoming : { ...existing, ...incoming };
}

/** The same for each value of a list, by its position. Objects with an id are references, which replace each other. */
function mergeLists(existing, incoming, options) {
  if (!existing || !incoming || existing.length !== incoming.length) return incoming;
  return incoming.map((value, position) =>
    isObject(value) && isObject(existing[position]) ? mergeValues(existing[position], value, options) : value,
  );
}

function agree(one, other) {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other)) return false;
  if (Array.isArray(one) && one.length !== other.length) return false;
  return Object.keys(one).every((key) => !(key in other) || agree(one[key], other[key]));
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** Finds an object that a list has already brought. Without it, the query goes to the gateway. */
function lookUp(type) {
  return (existing, { args, toReference }) =>
    existing === undefined && args?.id ? toReference({ __typename: type, id: args.id }) : existing;
}
