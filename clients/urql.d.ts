/** Types without an id are parts of the object that holds them. */
export const keys: Record<string, () => null>;

/** Resolvers of the whole schema. relayPagination: from "@urql/exchange-graphcache/extras". */
export function resolvers<Resolver>(relayPagination: () => Resolver): Record<string, Record<string, Resolver>>;
