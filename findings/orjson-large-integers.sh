#!/bin/sh
# Package: orjson 3.13.0, with graphql-core 3.3.2 (both PyPI).
# Most expect: orjson.loads reads a whole number as an int, as the standard library does, or refuses one of more than
#   64 bits, as orjson.dumps does. So a GraphQL ID variable keeps its digits, or is an error.
# Seen: a whole number above 18446744073709551615 becomes a float without an error, and graphql-core takes a float
#   without a fraction for an ID: {"id": 18446744073709551617} is the ID "18446744073709551616", another object's.
# Source: orjson's README, "int", gives the range of 64 bits and says nothing of what is beyond it in loads; RFC 8259, section 6;
#   graphql-core, type/scalars.py, coerce_id.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "orjson==3.13.0" "graphql-core==3.3.2"
"$directory/venv/bin/python" - <<'PYTHON'
import json

import orjson
from graphql import build_schema, graphql_sync

schema = build_schema("type Query { shown(id: ID!): String }")
text = '{"id": 18446744073709551617}'
query = "query ($id: ID!) { shown(id: $id) }"


def shown(variables):
    root = {"shown": lambda _info, id: id}
    return graphql_sync(schema, query, root, variable_values=variables).data["shown"]


seen = shown(orjson.loads(text)), shown(json.loads(text))
print(f"orjson: {seen[0]}; json: {seen[1]}")
assert seen == ("18446744073709551616", "18446744073709551617")
try:
    orjson.dumps(18446744073709551617)
except TypeError as error:
    print(f"orjson.dumps: {error}")
else:
    raise SystemExit("orjson.dumps accepts it")
PYTHON
