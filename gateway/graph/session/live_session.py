"""Sessions and slots as imin's Search API has them now, whether they are booked or not."""

from gateway.context import Context
from gateway.errors import NOT_AVAILABLE, GatewayError, unreadable
from gateway.graph.info import Info
from gateway.imin.documents import Event, Place, find_opportunity_place
from gateway.imin.documents.vocabulary import OpportunityType
from gateway.imin.endpoints.declaration import PUBLIC
from gateway.imin.endpoints.opportunities import BY_TYPE, Opportunity, parse_name
from gateway.imin.routes import is_opportunity
from gateway.signing.global_ids import GlobalId


async def live_session(info: Info, kind: OpportunityType, identifier: str) -> Event | None:
    """The session or slot; None if Search does not have it, and for what can be no identifier.

    Raises IminError, and GatewayError without the Search API.
    """
    context = info.context
    if not context.has_search:
        raise GatewayError(
            NOT_AVAILABLE, "Live sessions are not available: the gateway has no GATEWAY_SEARCH_BASE_URL."
        )
    found = await _find(context, kind, identifier)
    if found is None:
        return None
    if found.unreadable:
        context.errors.append(unreadable("a session", found.unreadable, path=info.path.as_list()))
    return found.session


async def find_by_global_id(context: Context, id_: GlobalId) -> Event | Place | None:
    """The session whose global id belongs to no customer, or a place of it; None if Search has it no more."""
    name = parse_name(id_.parts[0])
    if name is None or not context.has_search:
        return None
    found = await _find(context, *name)
    if found is None:
        return None
    return found.session if id_.kind == "Session" else find_opportunity_place(found.session, id_.parts[1])


async def _find(context: Context, kind: OpportunityType, identifier: str) -> Opportunity | None:
    if not is_opportunity(identifier):
        return None
    return await context.loader(BY_TYPE[kind]).get((PUBLIC, identifier))
