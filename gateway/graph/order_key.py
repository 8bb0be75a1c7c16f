"""The arguments of `Query.order`, of which exactly one must be given."""

from strawberry import UNSET

from gateway.errors import BAD_USER_INPUT, GatewayError


def order_key(identifier: str | None, id_: str | None, order_number: str | None) -> tuple[str, str]:
    """Name and value of the argument that is given. Raises GatewayError unless it is exactly one."""
    arguments = {"identifier": identifier, "id": id_, "orderNumber": order_number}
    given = [(name, value) for name, value in arguments.items() if value is not None and value is not UNSET]
    if len(given) != 1:
        names = " and ".join(name for name, _ in given) or "none"
        raise GatewayError(
            BAD_USER_INPUT, f"Exactly one of identifier, id and orderNumber must be given, got {names}."
        )
    return given[0]
