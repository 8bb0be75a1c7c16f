#!/bin/sh
# Package: @apollo/client 4.3.8 (npm), relayStylePagination, with graphql 16.15.0, react 19.3.1 and rxjs 7.8.2.
# Most expect: a connection that is null in the response, with an error beside it, is null in the data too.
# Seen: with relayStylePagination, a connection whose fields are selected by a fragment is an empty object: complete, of no
#   type, without any of the selected fields. Types of the code generator say "null, or all fields", so
#   `orders.edges.length` compiles, and throws. Without relayStylePagination it is null.
# Source: @apollo/client, src/utilities/policies/pagination.ts: merge returns makeEmptyData() for a null without a list before.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund @apollo/client@4.3.8 graphql@16.15.0 react@19.3.1 rxjs@7.8.2 >/dev/null
cat >try.mjs <<'JAVASCRIPT'
import assert from "node:assert";
import { ApolloClient, ApolloLink, InMemoryCache, Observable, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

const response = {
  data: { viewer: { __typename: "Customer", id: "1", orders: null } },
  errors: [{ message: "The booking system does not answer.", path: ["viewer", "orders"] }],
};

const query = gql`
  query { viewer { id orders(first: 2) { ...List } } }
  fragment List on OrderConnection { totalCount edges { cursor } pageInfo { hasNextPage endCursor } }
`;

/** The orders that a component gets, and whether they are complete. */
async function orders(typePolicies) {
  const link = new ApolloLink(() => new Observable((sink) => (sink.next(response), sink.complete())));
  const client = new ApolloClient({ link, cache: new InMemoryCache({ typePolicies }) });
  await client.query({ query, errorPolicy: "all" });
  const { result, complete } = client.cache.diff({ query, optimistic: false, returnPartialData: true });
  client.stop();
  return { orders: result.viewer.orders, complete };
}

const plain = await orders({});
const withPages = await orders({ Customer: { fields: { orders: relayStylePagination() } } });
console.log({ plain, withPages });
assert.deepEqual(plain, { orders: null, complete: true });
assert.deepEqual(withPages, { orders: {}, complete: true });
JAVASCRIPT
node try.mjs
