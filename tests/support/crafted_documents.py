"""Documents that are made to hurt: graphql-cop's, and what attacks on this gateway found."""


def names(template: str, count: int) -> str:
    return " ".join(template % number for number in range(count))


DOCUMENTS = {
    "101 aliases": "{ " + names("alias%d: __typename", 101) + " }",
    "500 equal fields": "{ " + "__typename " * 500 + "}",
    "ten unknown directives": "{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }",
    "directives everywhere": "query " + "@a " * 900 + "{ viewer { id } }",
    "a circle of fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a circle of introspection": "{ __schema { types { "
    + "fields { type { " * 5
    + "name"
    + " } }" * 5
    + " } } }",
    "deep lists": "{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }",
    "deep objects": "mutation { cancelOrderItems(input: "
    + "{a: " * 600
    + "1"
    + "}" * 600
    + ") { __typename } }",
    "deep types": "query ($a: " + "[" * 900 + "Int" + "]" * 900 + ") { viewer { id } }",
    "deep inline fragments": "{ viewer " + "{ ... " * 600 + "{ id }" + "}" * 600 + " }",
    "5,000 digits": "{ viewer { orders(first: " + "9" * 5_000 + ") { totalCount } } }",
    "16,000 digits by default": "query ($n: Int = "
    + "9" * 16_000
    + ") { viewer { orders(first: $n) { id } } }",
    "a large exponent": "{ viewer { orders(first: 1e" + "9" * 5_000 + ") { totalCount } } }",
    "a surrogate": '{ node(id: "\\uD800") { id } }',
    "beyond Unicode": '{ node(id: "\\u{' + "1" * 3_000 + '}") { id } }',
    "220 operations": names("query A%d { viewer { id } }", 220),
    "95 unused fragments": "{ viewer { id } } " + names("fragment A%d on Customer { id }", 95),
    "480 variables": "query (" + names("$a%d: Int", 480) + ") { viewer { id } }",
    "480 equal variables": "query (" + "$a: Int " * 480 + ") { viewer { id } }",
    "600 arguments": "{ viewer { orders(" + names("a%d: 1", 600) + ") { totalCount } } }",
    "1,900 unknown fields": "{ viewer { " + names("f%d", 1_900) + " } }",
    "950 unknown fragments": "{ viewer { " + names("...F%d", 950) + " } }",
    "600 comments": "#\n" * 600 + "{ viewer { id } }",
    "a schema": "extend type Query { x: Int } { viewer { id } }",
    "an exception asked for": "qwerty cop { abc }",
}
