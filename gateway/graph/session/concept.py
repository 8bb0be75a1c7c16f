"""Terms of controlled vocabularies."""

import strawberry


@strawberry.type(description="A term of a controlled list, such as an activity or a kind of facility.")
class Concept:
    """Runtime object: documents.Concept."""

    identifier: str | None = strawberry.field(description="Identifier of the term, its IRI as a rule.")
    iri: str | None = strawberry.field(description="IRI imin or the booking system names it by.")
    type: str | None = strawberry.field(description="Kind of term, without its namespace.")
    pref_label: str | None = strawberry.field(description="Name to show.")
    in_scheme: str | None = strawberry.field(description="IRI of the list the term is from.")
