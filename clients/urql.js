// Options of urql's normalised cache. Works with @urql/exchange-graphcache 9.
import { connections, lookups, values } from "./cache.js";

/** Types without an id are parts of the object that holds them. */
export const keys = Object.fromEntries(values.map((type) => [type, () => null]));

/**
 * Resolvers for lists with pages, and for objects that a list has already brought.
 *
 *   cacheExchange({ schema: introspection, keys, resolvers: resolvers(relayPagination) })
 *
 * relayPagination: from "@urql/exchange-graphcache/extras". It is passed so that this file needs no package.
 */
export function resolvers(relayPagination) {
  const resolvers = { Query: {} };
  for (const [type, fields] of Object.entries(connections)) {
    resolvers[type] = Object.fromEntries(Object.keys(fields).map((field) => [field, relayPagination()]));
  }
  for (const [field, type] of Object.entries(lookups)) {
    if (type) resolvers.Query[field] = lookUp(type, field);
  }
  return resolvers;
}

function lookUp(type, field) {
  return (_parent, args, cache, info) => {
    const known = cache.resolve(info.parentKey, field, args);
    return known === undefined && args.id ? { __typename: type, id: args.id } : known;
  };
}
