"""The customer whom an argument names."""

from gateway.context import Context
from gateway.imin.routes import is_identifier


def named_customer(context: Context, text: str) -> str | None:
    """imin's identifier of the customer, from it or a global id; None if the caller may not act for them.

    Whether imin has them is not looked up: foreign and missing customers look alike.
    """
    caller, id_ = context.caller, context.services.signer.verify(text)
    if id_ is not None:
        return id_.customer if id_.kind == "Customer" and caller.may_see(id_.customer) else None
    return text if is_identifier(text) and caller.may_see(text) else None
