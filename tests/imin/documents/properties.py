"""Documents with properties that read fields in every way: what they read can be derived, or cannot."""

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from msgspec import field

from gateway.imin.documents.expression_property import ExpressionProperty
from gateway.imin.documents.thing import Thing

FIELD = "odd_number"


def read_number(order: "Odd") -> str | None:
    return order.odd_number


def first_name(part: "Part") -> str:
    return part.name or ""


def read_any(document: Any, name: str) -> Any:
    return getattr(document, name)


def reading(name: str) -> Any:
    return property(lambda self: getattr(self, name))


def wrapped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(function)
    def wrapper(document: Any) -> Any:
        return function(document) and document.odd_number

    return wrapper


class CachedNumber:
    """A descriptor that is no property."""

    def __init__(self) -> None:
        self.cached: dict[int, str | None] = {}

    def __get__(self, order: "Odd", _owner: type | None = None) -> str | None:
        return self.cached.setdefault(id(order), order.odd_number)


class Spelt(ExpressionProperty[str | None]):
    """An attribute of the order, or of its part."""

    def __init__(self, attribute: str) -> None:
        super().__init__(f"self.odd_{attribute} or read_any(self, 'odd_{attribute}')")


class Part(Thing, kw_only=True, gc=False, rename="camel"):
    name: str | None = None
    colour: str | None = None


class Base(Thing, kw_only=True, gc=False, rename="camel"):
    odd_number: str | None = None
    odd_part: Part | None = None
    odd_parts: tuple[Part, ...] = field(default=(), name="parts")

    @property
    def inherited_number(self) -> str | None:
        return self.odd_number

    @staticmethod
    def static(base: "Base") -> str | None:
        return base.odd_number

    def plain_method(self) -> str | None:
        return self.odd_number

    def read_named(self, attribute: str) -> Any:
        return getattr(self, attribute)

    def read_either(self, first: str, *, second: str = "odd_part") -> Any:
        return getattr(self, first) or getattr(self, second)


class Mixin:
    __slots__ = ()
    odd_number: str | None
    CONSTANT = "a constant"

    @property
    def mixed_in_number(self) -> str | None:
        return self.odd_number


class Clear(Base, Mixin, kw_only=True, gc=False, rename="camel"):
    """Properties of which it can be derived what they read."""

    by_expression = Spelt("number")

    @property
    def by_inherited(self) -> str | None:
        return self.inherited_number

    @property
    def by_walrus(self) -> str | None:
        return me.odd_number if (me := self) else None

    @property
    def by_alias(self) -> str | None:
        me = self
        for _ in range(2):
            me = me if me.odd_part else self
        return me.odd_number

    @property
    def by_function(self) -> str | None:
        return read_number(self)  # type: ignore[arg-type]  # it has the attribute

    @property
    def by_methods(self) -> str | None:
        return self.plain_method()

    @property
    def by_fixed_name(self) -> Any:
        return getattr(self, "odd_number")  # noqa: B009  # this is what is tested

    @property
    def by_passed_name(self) -> Any:
        return self.read_named("odd_number") or self.read_either("odd_number", second="odd_number")

    @property
    def by_comprehension(self) -> str:
        return " ".join([part.name or "" for part in self.odd_parts if self.odd_number])

    @property
    def by_generator(self) -> str | None:
        return next((self.odd_number for part in self.odd_parts if part.name), None)

    @property
    def by_ordered(self) -> str | None:
        return min(self.odd_parts, key=first_name).name

    @property
    def by_unpacked(self) -> str | None:
        part, (_, number) = self.odd_part, (1, self.odd_number)
        return number if part else None

    @property
    def by_mixin(self) -> str | None:
        return self.mixed_in_number

    @property
    def by_constant(self) -> str:
        return self.CONSTANT

    @property
    def by_method_of_class(self) -> str | None:
        return Base.plain_method(self)

    @property
    def by_nested(self) -> str | None:
        for part in (self.odd_part, None):
            while part is not None:
                return part.name
        return None


class Odd(Base, kw_only=True, gc=False, rename="camel"):
    """Properties of which it cannot be derived what they read."""

    by_attribute_getter = property(operator.attrgetter("odd_number"))
    by_closure = reading("odd_number")
    by_wrapped = property(wrapped(lambda order: order.odd_part))
    by_descriptor = CachedNumber()
    by_anonymous = property(lambda self: self.odd_number)

    @property
    def by_called_attribute_getter(self) -> Any:
        return operator.attrgetter("odd_number")(self)

    @property
    def by_called_method_caller(self) -> Any:
        return operator.methodcaller("plain_method")(self)

    @property
    def by_computed_name(self) -> Any:
        return getattr(self, "odd_" + "number")

    @property
    def by_global_name(self) -> Any:
        return getattr(self, FIELD)

    @property
    def by_computed_argument(self) -> Any:
        return self.read_named("odd_" + "number")

    @property
    def by_names_in_loop(self) -> Any:
        return next(getattr(self, name) for name in ("odd_number", "odd_part"))

    @property
    def by_nested_function(self) -> Any:
        def read() -> Any:
            return self.odd_number

        return read()

    @property
    def by_inner_lambda(self) -> Any:
        return (lambda: self.odd_number)()  # noqa: PLC3002  # this is what is tested

    @property
    def by_method_object(self) -> Any:
        read = self.plain_method
        return read()

    @property
    def by_mapped(self) -> Any:
        return "".join(map(operator.attrgetter("name"), self.odd_parts))

    @property
    def by_as_dict(self) -> Any:
        return msgspec.structs.asdict(self)["odd_number"]

    @property
    def by_as_json(self) -> Any:
        return msgspec.json.encode(self).decode()

    @property
    def by_as_text(self) -> Any:
        return f"{self.odd_part}"

    @property
    def by_representation(self) -> Any:
        return repr(self.odd_part)

    @property
    def by_local_variables(self) -> Any:
        return locals()["self"].odd_number

    @property
    def by_special_method(self) -> Any:
        return self.__repr__()  # this is what is tested

    @property
    def by_property_object(self) -> Any:
        return Base.inherited_number.fget(self)  # type: ignore[attr-defined]  # a property's function

    @property
    def by_static_method(self) -> Any:
        return self.static(self)

    @property
    def by_evaluated(self) -> Any:
        return eval("self.odd_number")  # noqa: S307  # this is what is tested

    @property
    def by_superclass(self) -> Any:
        return super().inherited_number

    @property
    def by_own_class(self) -> Any:
        return "odd_part" in self.__struct_fields__ and self.odd_number

    @property
    def by_type_of_self(self) -> Any:
        return type(self).inherited_number.fget(self)  # type: ignore[attr-defined]  # a property's function

    @property
    def by_equal(self) -> Any:
        return str(self.odd_part == Part(name="a", colour="blue"))

    @property
    def by_pattern(self) -> Any:
        match self:
            case Base(odd_number=number):
                return number

    @property
    def by_guarded(self) -> Any:
        try:
            return self.odd_number
        finally:
            pass


class Sized(msgspec.Struct):
    """A class whose truth value reads a field."""

    odd_number: str | None = None

    def __bool__(self) -> bool:
        return self.odd_number is not None
