"""Terms of controlled vocabularies."""

import strawberry


@strawberry.type(
    description="A term from a controlled vocabulary, for example an activity or a kind of facility. "
    "OpenActive publishes its vocabularies in SKOS, where a term is a concept."
)
class Concept:
    """Runtime object: documents.Concept."""

    identifier: str | None = strawberry.field(description="Identifier of the term, usually its IRI.")
    iri: str | None = strawberry.field(description="IRI, a URL that identifies the term.")
    type: str | None = strawberry.field(description="Kind of term, without its namespace.")
    pref_label: str | None = strawberry.field(description="Display name (in SKOS, the preferred label).")
    in_scheme: str | None = strawberry.field(description="IRI of the vocabulary that the term is from.")
    notation: str | None = strawberry.field(description="Short name for the term within its vocabulary.")
