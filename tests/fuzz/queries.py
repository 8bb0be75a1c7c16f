"""Random queries over a random schema, and random variables for them."""

import random
from typing import Any

from tests.fuzz.schemas import LEAVES, FieldOf, World

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "number": ("1", "$number", "$absent"),
    "needed": ("2", "$number", "$absent"),
    "text": ('"a"', "null", "$text"),
    "colour": ("RED", "$colour", "null"),
    "filter": (
        "{}",
        '{name: "b", most: [1, 2]}',
        "$filter",
        "{name: $name, colour: $colour}",
        "{most: $most}",
    ),
    "either": ("{number: 1}", '{name: "c"}', "{number: $given}", "$either"),
    "ids": ('["a", 1]', "$ids", "[$id]"),
}
VARIABLES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "number": ("Int! = 7", (1, 2**31 - 1, 2**31, "x", None)),
    "absent": ("Int = 9", (3, None)),
    "given": ("Int!", (1, 0, 1.0, True)),
    "text": ("String", ("b", "", None, 1)),
    "name": ("String!", ("d", None)),
    "colour": ("Colour", ("GREEN", "AZURE", "NONE", None)),
    "filter": ("Filter", ({"name": "e"}, {}, None, {"most": [1, "x"]}, {"other": 1})),
    "most": ("[Int!]", ([1], 1, [None], None)),
    "either": ("Either", ({"name": "f"}, {"number": 2, "name": "g"}, {}, {"name": None})),
    "ids": ("[ID!]", (["a"], [1], "b", [])),
    "id": ("ID!", ("a", 1, None)),
    "yes": ("Boolean!", (True, True, False, "x")),
    "no": ("Boolean! = false", (True, False, False)),
}


class Query:
    """Writes one random document."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world, self._chance = world, chance
        self._fragments: list[str] = []
        self._left = 60

    def text(self) -> str:
        body = self._selection("Query", 0)
        whole = "\n".join([body, *self._fragments])
        used = [name for name in VARIABLES if f"${name}" in _words(whole)]
        declared = ", ".join(f"${name}: {VARIABLES[name][0]}" for name in used)
        return f"query Q{f'({declared})' if declared else ''} {whole}"

    def _selection(self, of: str, depth: int) -> str:
        parts = [self._part(of, depth) for _ in range(self._chance.randint(1, 4))]
        return "{ " + " ".join(["__typename"] * (self._chance.random() < 0.3) + parts) + " }"

    def _part(self, of: str, depth: int) -> str:
        chance = self._chance
        self._left -= 1
        if depth < 4 and chance.random() < 0.25:
            target = chance.choice(self._related(of))
            below = self._selection(target, depth + 1)
            if chance.random() < 0.5:
                on = f" on {target}" if target != of or chance.random() < 0.5 else ""
                return f"...{on}{self._condition()} {below}"
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {target} {below}")
            return " ".join([f"...{name}{self._condition()}"] * chance.choice((1, 1, 2)))
        fields = self._world.fields.get(of, [])
        if not fields or chance.random() < 0.05:
            return self._meta(of)
        return self._field(chance.choice(fields), depth)

    def _meta(self, of: str) -> str:
        if of == "Query" and self._chance.random() < 0.3:
            return '__type(name: "T0") { name fields { name type { kind } } }'
        return f"{self._chance.choice(('', 'kind: '))}__typename{self._condition()}"

    def _field(self, field: FieldOf, depth: int) -> str:
        chance = self._chance
        alias = f"{chance.choice('abc')}_{field.name}: " if chance.random() < 0.3 else ""
        arguments = self._arguments(field)
        below = ""
        if field.of not in LEAVES:
            is_far = depth >= 4 or self._left <= 0
            below = " { __typename }" if is_far else " " + self._selection(field.of, depth + 1)
        return f"{alias}{field.name}{arguments}{self._condition()}{below}"

    def _arguments(self, field: FieldOf) -> str:
        given = [name for name in field.argument_names if name == "needed" or self._chance.random() < 0.25]
        inner = ", ".join(f"{name}: {self._chance.choice(_ARGUMENTS[name])}" for name in given)
        return f"({inner})" if inner else ""

    def _condition(self) -> str:
        chance = self._chance
        if chance.random() > 0.15:
            return ""
        one = f" @{chance.choice(('skip', 'include'))}(if: {chance.choice(('$yes', '$no', 'true', 'false'))})"
        other = " @skip(if: $no)" if "include" in one and chance.random() < 0.2 else ""
        return one + other

    def _related(self, of: str) -> list[str]:
        """The types that a fragment inside that type may have as its condition."""
        members = self._world.members
        objects = members.get(of, [of])
        return [of, *objects, *(name for name, inside in members.items() if set(inside) & set(objects))]


def _words(text: str) -> set[str]:
    for mark in "(){}[]:,!":
        text = text.replace(mark, " ")
    return set(text.split())


def random_variables(text: str, chance: random.Random, oddness: float) -> dict[str, Any]:
    """Values for the variables that a document declares: mostly the first of each, which is valid."""
    head = text.partition("{")[0]
    found = {}
    for name, (_, values) in VARIABLES.items():
        if f"${name}:" not in head or chance.random() < 0.2 * (
            oddness > 0 or name in {"number", "no", "absent"}
        ):
            continue
        found[name] = chance.choice(values) if chance.random() < oddness * 4 else chance.choice(values[:2])
    if found.get("yes") == "x" or oddness == 0:
        found.update({name: chance.random() < 0.5 for name in ("yes", "no") if name in found})
    return found
