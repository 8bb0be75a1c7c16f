"""What a field costs, in words."""

from gateway.execution.field_cost import FieldCost


def cost_text(cost: FieldCost | None) -> str:
    """One sentence, or nothing for a field that causes no request to imin."""
    if cost is None or not (cost.requests or cost.extra):
        return ""
    parts = [_base(cost)] if cost.requests else []
    parts += [f"{requests} more with {_names(names)}" for names, requests in cost.extra]
    return ", ".join(parts) + "."


def _base(cost: FieldCost) -> str:
    requests = f"{cost.requests} request{'' if cost.requests == 1 else 's'} to imin"
    if cost.per_page:
        return f"{requests} for each page of ten that the window touches"
    if cost.per_item_of:
        return f"{requests} for each of `{cost.per_item_of}`"
    if cost.is_shared:
        return f"{requests}, shared by all fields of the object that say this"
    return requests


def _names(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)
