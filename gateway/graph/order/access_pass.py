"""Passes, codes and links that let an attendee in."""

from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from gateway.artefacts.barcode import choose_symbology
from gateway.artefacts.picture import DEFAULT_SIZE, MAX_SIZE, MIN_SIZE
from gateway.errors import BAD_USER_INPUT, GatewayError
from gateway.graph.compared_fields import NotCompared
from gateway.graph.decorators import calculated
from gateway.graph.enums import AccessPassType, BarcodeSymbology, ImageFormat
from gateway.graph.scalars import URL, DateTime

_READS = ("text", "symbology", "owner")

Format = Annotated[
    ImageFormat | None,
    strawberry.argument(description="File format."),
]
Size = Annotated[
    int | None,
    strawberry.argument(
        description=f"Width in pixels, {MIN_SIZE} to {MAX_SIZE:,}; {DEFAULT_SIZE} without it. An SVG can be "
        "shown at any size. A PNG is wider if the narrowest bar would have fewer than two pixels."
    ),
]


@strawberry.type(
    description="A pass that lets the attendee in: a barcode, or an image or PDF of one. An app should show "
    "all passes of an item."
)
class AccessPass:
    """Runtime object: documents.AccessPass."""

    type: str | None = strawberry.field(
        description="Kind of pass: Barcode (OpenActive) or ImageObject (schema.org)."
    )
    identifier: str | None = strawberry.field(
        description="Identifier of the pass in the booking system; its IRI if it has none."
    )
    text: str | None = strawberry.field(description="Content to encode as a barcode.")
    pass_type: AccessPassType | None = strawberry.field(
        description="Kind of pass, of those that `type` names."
    )
    code_type: str | None = strawberry.field(
        description="Symbology of the barcode as imin states it, for example code128. Most have none."
    )
    symbology: BarcodeSymbology | None = strawberry.field(
        description="Symbology that `codeType` names; null if it is. See `imageSymbology`."
    )
    url: URL | None = strawberry.field(
        description="URL of an image or PDF of the pass, which the booking system has made."
    )
    name: str | None = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="Instructions for using the pass.")

    @calculated(
        "URL of a picture of the barcode, at this gateway, black on white with its quiet zone. A browser can "
        "open it without a token until `imageExpiresAt`: 5 minutes after the query, unless the operator set "
        "another lifetime. The picture holds exactly `text`. Null if there is no `text`, as of a pass that "
        "is only a picture itself, or if no barcode can hold it.",
        reads=_READS,
        not_compared=NotCompared.EXPIRES,
    )
    def image(
        self,
        format: Format = ImageFormat.SVG,  # noqa: A002  # its name in the schema
        size: Size = UNSET,
    ) -> URL | None:
        pixels = DEFAULT_SIZE if size is None or size is UNSET else size
        if not MIN_SIZE <= pixels <= MAX_SIZE:
            raise GatewayError(BAD_USER_INPUT, f"size must be {MIN_SIZE} to {MAX_SIZE:,}, got {pixels}.")
        symbology = _drawn_symbology(self)
        if symbology is None:
            return None
        owner: Any = cast("Any", self).owner
        query = f"format={(format or ImageFormat.SVG).value}&size={pixels}&"
        return URL(owner.pass_picture_url(self.text, symbology.name, query))

    @calculated(
        "Symbology that `image` shows: the one that imin states, otherwise the operator's default (QR unless "
        "set otherwise). Also the default if the stated one is unknown or cannot hold the text. Null if "
        "`image` is.",
        reads=_READS,
    )
    def image_symbology(self) -> BarcodeSymbology | None:
        return _drawn_symbology(self)

    @calculated(
        "Date and time when `image` expires; null if `image` is.",
        reads=_READS,
        not_compared=NotCompared.EXPIRES,
    )
    def image_expires_at(self) -> DateTime | None:
        is_drawn = _drawn_symbology(self) is not None
        return cast("Any", self).owner.links_expire_at() if is_drawn else None


def _drawn_symbology(access_pass: AccessPass) -> BarcodeSymbology | None:
    default = cast("Any", access_pass).owner.default_symbology
    return choose_symbology(access_pass.text, access_pass.symbology, default)


@strawberry.type(description="A code to say or key in at the door.")
class AccessCode:
    """Runtime object: documents.PropertyValue."""

    name: str | None = strawberry.field(description="Display name of the kind of code, for example Pin Code.")
    description: str | None = strawberry.field(
        description="The code itself, as imin's documentation shows it."
    )
    value: str | None = strawberry.field(
        description="The code itself, if the booking system sends it here and not as the `description`."
    )
    property_id: str | None = strawberry.field(
        name="propertyID", description="Identifier of the kind of code."
    )


@strawberry.type(
    description="How to join a virtual session. The booking system may add the link only after the booking."
)
class AccessChannel:
    """Runtime object: documents.AccessChannel."""

    iri: str | None = strawberry.field(description="IRI, a URL that identifies the channel.")
    name: str | None = strawberry.field(description="Name of the service.")
    description: str | None = strawberry.field(description="Instructions for joining.")
    url: URL | None = strawberry.field(description="Link for joining.")
    access_id: str | None = strawberry.field(description="Meeting number.")
    access_code: str | None = strawberry.field(description="Meeting code.")
