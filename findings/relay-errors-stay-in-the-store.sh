#!/bin/sh
# Package: relay-runtime 21.0.1, with relay-compiler 21.0.1 (npm).
# Most expect: a field that failed is not in the store, so the fetch policy store-or-network sends another request for it:
#   a page that is opened again later has a second chance.
# Seen: the error counts as an available value. fetchQuery with store-or-network sends no request, and ends with the error
#   of the first response; environment.check says "available". It needs network-only.
# Source: relay-runtime, lib/store/DataChecker.js (_checkScalar, _checkLink): a field is missing only if its value is undefined.
#   One that failed is null, with its errors beside it (RelayModernRecord.js, setErrors).
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund relay-runtime@21.0.1 relay-compiler@21.0.1 >/dev/null
mkdir src
cat >relay.config.json <<'JSON'
{ "src": "src", "schema": "schema.graphql", "language": "javascript", "eagerEsModules": false }
JSON
cat >schema.graphql <<'GRAPHQL'
directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION
type Query { name: String @semanticNonNull }
GRAPHQL
cat >src/Page.js <<'JAVASCRIPT'
graphql`query PageQuery @throwOnFieldError { name }`;
JAVASCRIPT
node_modules/.bin/relay-compiler --noWatchman >/dev/null
cat >try.cjs <<'JAVASCRIPT'
const assert = require("node:assert");
const { createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, Store } = require("relay-runtime");
const query = require("./src/__generated__/PageQuery.graphql.js");

let requests = 0;
const answers = [
  { data: { name: null }, errors: [{ message: "The service is down.", path: ["name"] }] },
  { data: { name: "Asha" } },
];
const environment = new Environment({
  network: Network.create(async () => answers[requests++]),
  store: new Store(new RecordSource()),
});

async function outcome(fetchPolicy) {
  return fetchQuery(environment, query, {}, { fetchPolicy })
    .toPromise()
    .then(
      ({ name }) => name,
      ({ name }) => name,
    );
}

(async () => {
  const operation = createOperationDescriptor(query, {});
  environment.retain(operation);
  const first = await outcome("network-only");
  const { status } = environment.check(operation);
  const second = await outcome("store-or-network");
  const requestsThen = requests;
  const third = await outcome("network-only");
  console.log({ first, status, second, requestsThen, third });
  assert.deepStrictEqual(
    { status, requestsThen, third, isSame: first === second },
    { status: "available", requestsThen: 1, third: "Asha", isSame: true },
  );
})();
JAVASCRIPT
node try.cjs
