"""The client kit in clients/: what front-end tools have to know of the schema."""

import json

import pytest
from graphql import build_schema

from gateway.commands.client_kit import client_kit, kit_of
from tests.project.tree import PROJECT

FOLDER = PROJECT / "clients"

SMALL = """
  scalar Date
  scalar URL
  interface Node { id: ID! }
  union Thing = Cat | Toy
  type Query { node(id: ID!): Node  cat(id: ID, name: String): Cat  toy(name: String): Toy  all: [Thing!]! }
  type Cat implements Node {
    id: ID!
    toys: [Toy!]!
    names: [String!]!
    kittens(first: Int, after: String, last: Int, before: String, born: Date): CatConnection
  }
  type Toy { name: String  parts: [Toy] }
  type CatConnection { edges: [CatEdge!]!  pageInfo: PageInfo! }
  type CatEdge { cursor: String!  node: Cat! }
  type PageInfo { hasNextPage: Boolean! }
"""


def exported(module: str) -> dict[str, object]:
    """The constants of a generated module."""
    parts = module.split("export const ")[1:]
    return {part.split(" = ")[0]: json.loads(part.split(" = ")[1].split(";")[0]) for part in parts}


def test_up_to_date() -> None:
    """The committed files are those that `make schema` writes, and the folder has no other JSON."""
    kit = client_kit()

    stale = [name for name, text in kit.items() if (FOLDER / name).read_text() != text]
    assert stale == [], "run make schema"
    assert {path.name for path in FOLDER.glob("*.json")} - {*kit} == {"package.json"}


def test_files_of_a_schema() -> None:
    """Scalars, possible types, values without an id, lists, pages and lookups follow from the schema."""
    kit = kit_of(build_schema(SMALL))

    assert json.loads(kit["scalars.json"]) == {"Date": "string", "URL": "string"}
    assert json.loads(kit["possibleTypes.json"]) == {"Node": ["Cat"], "Thing": ["Cat", "Toy"]}
    assert exported(kit["cache.js"]) == {
        "values": ["CatConnection", "CatEdge", "PageInfo", "Toy"],
        "pages": ["CatConnection", "CatEdge", "PageInfo"],
        "lists": {"Cat": ["toys"], "Toy": ["parts"]},
        "connections": {"Cat": {"kittens": ["born"]}},
        "lookups": {"node": None, "cat": "Cat"},
    }


def test_minimal_introspection() -> None:
    """The introspection names fields, arguments and possible types; every scalar is the same one."""
    content = json.loads(kit_of(build_schema(SMALL))["introspection.json"])["__schema"]
    types = {entry["name"]: entry for entry in content["types"]}

    assert content["queryType"] == {"name": "Query"}
    assert content["mutationType"] is None
    assert types["Thing"]["possibleTypes"] == [
        {"kind": "OBJECT", "name": "Cat"},
        {"kind": "OBJECT", "name": "Toy"},
    ]
    assert types["Any"] == {"kind": "SCALAR", "name": "Any"}
    text = {"kind": "SCALAR", "name": "Any"}
    toys = {"kind": "LIST", "ofType": {"kind": "NON_NULL", "ofType": {"kind": "OBJECT", "name": "Toy"}}}
    assert types["Cat"]["fields"][:2] == [
        {"name": "id", "type": {"kind": "NON_NULL", "ofType": text}, "args": []},
        {"name": "toys", "type": {"kind": "NON_NULL", "ofType": toys}, "args": []},
    ]


def test_unknown_scalar() -> None:
    """A scalar whose TypeScript type is not known is refused, since a wrong type would compile."""
    with pytest.raises(KeyError, match="Json"):
        kit_of(build_schema("scalar Json type Query { anything: Json }"))
