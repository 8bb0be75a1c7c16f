"""Links that put a booked item into the wallet of a phone."""

import strawberry

from gateway.artefacts.wallet.symbologies import GOOGLE
from gateway.artefacts.wallet.ticket import ticket_of
from gateway.graph.decorators import resolved
from gateway.graph.info import Info
from gateway.graph.scalars import URL
from gateway.imin import documents
from gateway.imin.routes import is_identifier


@strawberry.type(
    description="Links that put an item into the wallet of a phone, with its barcode, times and place. Query "
    "them when the button is shown."
)
class WalletPass:
    """Runtime object as well: it has no document."""

    item: strawberry.Private[documents.OrderItem]

    @resolved(
        "URL of a signed pass (`.pkpass`) for Apple Wallet, at this gateway. It opens without a token for 5 "
        "minutes after the query, unless the operator set another lifetime. Null if the operator has set no "
        "certificate for it.",
        URL | None,
        requests=0,
    )
    @staticmethod
    def apple_url(root: strawberry.Parent["WalletPass"], info: Info) -> URL | None:
        """The link to the pass, which is made when it is opened."""
        if not info.context.has_apple_wallet:
            return None
        item = root.item
        return URL(item.owner.wallet_url(item.order_identifier, item.unique_name))

    @resolved(
        "Link that saves the item in Google Wallet, at Google. It holds the ticket, signed. What Google has "
        "saved once, a later link to the same item does not change. Null if the operator has set no key for "
        "it.",
        URL | None,
        requests=0,
    )
    @staticmethod
    def google_url(root: strawberry.Parent["WalletPass"], info: Info) -> URL | None:
        """The save link, made when it is selected, since signing takes a millisecond."""
        wallet = info.context.services.wallet.google
        ticket = ticket_of(root.item, GOOGLE)
        if wallet is None or ticket is None:
            return None
        return URL(wallet.save_url(ticket, root.item.owner.now()))


def wallet_pass_of(item: documents.OrderItem, info: Info) -> WalletPass | None:
    """The links of an item; None without a wallet, a session, or an order that can be read again."""
    is_known = item.session is not None and is_identifier(item.order_identifier)
    return WalletPass(item=item) if is_known and info.context.has_wallet else None
