"""Random data for a random schema: objects of several kinds of classes, some with values of wrong types."""

import random
from typing import Any

from tests.fuzz.schemas import FieldOf, World
from tests.fuzz.values import ODD, USUAL, Raises

_MAX_OF_A_TYPE = 3


class DictObject:
    """Has its attributes in a `__dict__`, like most objects."""

    def __init__(self, kind: str, values: dict[str, Any]) -> None:
        self.__dict__.update(values, kind=kind, values=values)


class GetattrObject:
    """Has its attributes from `__getattr__`, which may raise."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: dict[str, Any]) -> None:
        self.kind, self.values = kind, values

    def __getattr__(self, name: str) -> Any:
        try:
            value = self.values[name]
        except KeyError:
            raise AttributeError(name) from None
        if isinstance(value, Raises):
            raise value.error
        return value


class ExpressionProperty:
    """A property of a fixed class with an expression for generated code, see gateway.hints."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.expression = f"value if (value := self.values.get({name!r})) else stored_value(self, {name!r})"

    def __get__(self, one: Any, _owner: type | None = None) -> Any:
        return stored_value(one, self.name)


def stored_value(one: Any, name: str) -> Any:
    """The value that an object has under that name. Raises if it is a Raises, or there is none."""
    try:
        value = one.values[name]
    except KeyError:
        raise AttributeError(name) from None
    if isinstance(value, Raises):
        raise value.error
    return value


class PropertyObject:
    """A fixed class whose fields are properties, each written in a different way."""

    __slots__ = ("also", "kind", "raw_f0", "raw_f4", "values")
    raw_f0: Any
    raw_f4: Any

    def __init__(self, kind: str, values: dict[str, Any]) -> None:
        self.kind, self.values, self.also = kind, values, self

    @property
    def s0(self) -> Any:
        return stored_value(found, "s0") if (found := self.also) is not None and found.kind else None

    @property
    def f0(self) -> Any:
        return same(self.raw_f0)

    @property
    def f1(self) -> Any:
        return self._f1 if "f1" in self.values else stored_value(self, "f1")

    @property
    def _f1(self) -> Any:
        return stored_value(self.also, "f1")

    @property
    def f2(self) -> Any:
        name = "f2"
        return stored_value(self, name)

    @property
    def f4(self) -> Any:
        return same(same(self.raw_f4))

    s1, f3, f5 = ExpressionProperty("s1"), ExpressionProperty("f3"), ExpressionProperty("f5")


def same(value: Any) -> Any:
    """The value. Raises if it is a Raises."""
    if isinstance(value, Raises):
        raise value.error
    return value


same.is_pure = True  # type: ignore[attr-defined]  # as gateway.hints declares it


class Data:
    """Objects for a schema.

    oddness: probability that a value is not of its type. most_odd: how many may be so, since one oddity hides
    others.
    """

    def __init__(self, world: World, chance: random.Random, oddness: float, most_odd: int) -> None:
        self._world, self._chance, self._oddness, self._odd_left = world, chance, oddness, most_odd
        self._made: dict[str, list[Any]] = {}
        self._fixed = world.classes

    def root(self) -> dict[str, Any]:
        """Values of the root fields."""
        return {one.name: self._value(one.wrapper, one.of) for one in self._world.fields["Query"]}

    def _value(self, wrapper: str, of: str) -> Any:
        chance = self._chance
        if self._is_odd():
            return chance.choice(ODD)()
        if not wrapper.endswith("!") and chance.random() < 0.1:
            return None
        wrapper = wrapper.removesuffix("!")
        if wrapper.startswith("["):
            items = [self._value(wrapper[1:-1], of) for _ in range(chance.choice((0, 1, 2, 2)))]
            return tuple(items) if chance.random() < 0.5 else items
        return USUAL[of](chance) if of in USUAL else self._object(of)

    def _object(self, of: str) -> Any:
        chance = self._chance
        kind = chance.choice(self._world.members.get(of, [of]))
        if self._is_odd():
            kind = chance.choice(
                [name for name in self._world.fields if name.startswith("T") and name != "Thing"]
            )
        made = self._made.setdefault(kind, [])
        if len(made) >= _MAX_OF_A_TYPE or (made and chance.random() < 0.3):
            return chance.choice(made)
        values: dict[str, Any] = {}
        if self._is_odd():
            values["__await__"] = "looks awaitable, but is not"
            one: Any = GetattrObject(kind, values)
        else:
            one = self._shell(kind, values)
        made.append(one)
        for field in self._world.fields[kind]:
            self._fill(one, values, field)
        return one

    def _shell(self, kind: str, values: dict[str, Any]) -> Any:
        # Most objects of a type are of one class.
        style = self._world.styles.setdefault(kind, self._chance.randrange(8))
        match style if self._chance.random() < 0.8 else self._chance.randrange(8):
            case 0:
                return DictObject(kind, values)
            case 1:
                return GetattrObject(kind, values)
            case 2:
                one = object.__new__(getattr(self._world.module, kind))
                one.kind, one.values = kind, values
                return one
            case 3 | 4 | 5 | 6:
                return PropertyObject(kind, values)
        if kind not in self._fixed:
            names = [field.name for field in self._world.fields[kind] if field.how == "attribute"]
            self._fixed[kind] = type(kind, (), {"__slots__": ("kind", "values", *names)})
        fixed = self._fixed[kind]()
        fixed.kind, fixed.values = kind, values
        return fixed

    def _fill(self, one: Any, values: dict[str, Any], field: FieldOf) -> None:
        value = values[field.name] = self._value(field.wrapper, field.of)
        is_missing = self._is_odd()
        if field.how != "attribute" or is_missing:
            return
        if isinstance(one, PropertyObject):
            if field.name in {"f0", "f4"}:
                setattr(one, f"raw_{field.name}", value)
        elif not isinstance(one, GetattrObject):
            setattr(one, field.name, value)

    def _is_odd(self) -> bool:
        odd = self._odd_left > 0 and self._chance.random() < self._oddness
        self._odd_left -= odd
        return odd
