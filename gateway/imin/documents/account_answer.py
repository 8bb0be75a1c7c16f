"""imin's answers to changes of a customer's account. Source: imin docs, Customer Updates, Access Passes.

HTTP 200 is not success: an answer states what was applied, and an error for each linked account that did not
take the change.
"""

from typing import Any, ClassVar

from msgspec import Struct, field

from gateway.imin.documents.agent import Agent
from gateway.imin.documents.thing import Identified, Thing, filled
from gateway.imin.errors import Unreadable
from gateway.imin.jsonld import Bare, Exact, decode, iri_tail, read

_COMPLETED = {"", "CompletedActionStatus"}


class _Problem(Identified, kw_only=True, gc=False, rename="camel"):
    bare: ClassVar[Bare] = Bare(text="description")
    name: str | None = None
    description: str | None = None
    seller: Agent | None = None


class _Answer(Thing, kw_only=True, gc=False, rename="camel"):
    status: Exact | None = field(default=None, name="actionStatus")
    problems: tuple[_Problem, ...] = field(default=(), name="error")


class LinkedProblem(Struct, frozen=True):
    """Why a linked account did not take a change.

    kind: OpenActive error type, for example `BarcodeInvalidError`. text: imin's sentence. seller: IRI of the
    seller whose account it is. seller_name: for people. Each is "" where imin does not state it.
    """

    kind: str = ""
    text: str = ""
    seller: str = ""
    seller_name: str = ""


class ActionAnswer(Struct, frozen=True):
    """applied: what the answer states as applied, by imin's names; None if it states nothing of that.

    problems: of linked accounts. is_stated: whether what `applied` lacks was not applied.
    """

    applied: dict[str, Any] | None
    problems: tuple[LinkedProblem, ...]
    is_stated: bool


def read_action(json: bytes) -> ActionAnswer:
    """The answer to an action, or the person that answers a PATCH. Raises Unreadable."""
    document = decode(dict[str, Any], json)
    if document is None:
        raise Unreadable("the answer to a change of an account is no JSON object")
    answer, unreadable = read(_Answer, json)
    problems = [_problem(one) for one in answer.problems]
    if any(path.startswith("error") for path in unreadable):
        problems.append(LinkedProblem())
    is_completed = iri_tail(answer.status or "") in _COMPLETED
    is_action = bool(answer.status) or "object" in document or bool(problems)
    applied = document.get("object") if is_action else document
    if not (is_completed and isinstance(applied, dict)):
        return ActionAnswer(None, tuple(problems), is_stated=False)
    return ActionAnswer(applied, tuple(problems), is_stated=is_action)


def _problem(one: _Problem) -> LinkedProblem:
    seller = one.seller
    return LinkedProblem(
        iri_tail(one.type or ""),
        filled(one.description) or filled(one.name) or "",
        ((seller.iri or seller.identifier) if seller else None) or "",
        (seller.name if seller else None) or "",
    )
