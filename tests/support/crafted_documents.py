"""Hostile documents: those of graphql-cop, and others that were found by attacking this gateway."""


def names(template: str, count: int) -> str:
    return " ".join(template % number for number in range(count))


def crafted(parts: int = 1) -> dict[str, str]:
    """Documents by what is hostile in them. The numbers in the names are divided by `parts`."""
    return {
        "101 aliases": "{ " + names("alias%d: __typename", 101 // parts) + " }",
        "500 equal fields": "{ " + "__typename " * (500 // parts) + "}",
        "ten unknown directives": "{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }",
        "directives everywhere": "query " + "@a " * (900 // parts) + "{ viewer { id } }",
        "a cycle of fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "recursive introspection": "{ __schema { types { "
        + "fields { type { " * 5
        + "name"
        + " } }" * 5
        + " } } }",
        "deep lists": "{ nodes(ids: " + "[" * (900 // parts) + "]" * (900 // parts) + ") { id } }",
        "deep objects": "mutation { cancelOrderItems(input: "
        + "{a: " * (600 // parts)
        + "1"
        + "}" * (600 // parts)
        + ") { __typename } }",
        "deep types": "query ($a: "
        + "[" * (900 // parts)
        + "Int"
        + "]" * (900 // parts)
        + ") { viewer { id } }",
        "deep inline fragments": "{ viewer "
        + "{ ... " * (600 // parts)
        + "{ id }"
        + "}" * (600 // parts)
        + " }",
        "5,000 digits": "{ viewer { orders(first: " + "9" * (5_000 // parts) + ") { totalCount } } }",
        "16,000 digits by default": "query ($n: Int = "
        + "9" * (16_000 // parts)
        + ") { viewer { orders(first: $n) { id } } }",
        "a large exponent": "{ viewer { orders(first: 1e" + "9" * (5_000 // parts) + ") { totalCount } } }",
        "a surrogate": '{ node(id: "\\uD800") { id } }',
        "beyond Unicode": '{ node(id: "\\u{' + "1" * (3_000 // parts) + '}") { id } }',
        "220 operations": names("query A%d { viewer { id } }", 220 // parts),
        "95 unused fragments": "{ viewer { id } } " + names("fragment A%d on Customer { id }", 95 // parts),
        "480 variables": "query (" + names("$a%d: Int", 480 // parts) + ") { viewer { id } }",
        "480 equal variables": "query (" + "$a: Int " * (480 // parts) + ") { viewer { id } }",
        "600 arguments": "{ viewer { orders(" + names("a%d: 1", 600 // parts) + ") { totalCount } } }",
        "1,900 unknown fields": "{ viewer { " + names("f%d", 1_900 // parts) + " } }",
        "950 unknown fragments": "{ viewer { " + names("...F%d", 950 // parts) + " } }",
        "600 comments": "#\n" * (600 // parts) + "{ viewer { id } }",
        "a schema": "extend type Query { x: Int } { viewer { id } }",
        "a syntax error": "qwerty cop { abc }",
    }


DOCUMENTS = crafted()
