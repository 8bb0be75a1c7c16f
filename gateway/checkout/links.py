"""Which pages checkout may link back to. Customers name them, so a link must not lead just anywhere."""

from dataclasses import dataclass

from gateway.imin.endpoints.checkout import place_of, split_web_url


@dataclass(frozen=True)
class LinkRules:
    """needs_https: only https pages. origins: of the pages that are permitted; none for all."""

    needs_https: bool = False
    origins: tuple[str, ...] = ()

    def permits(self, url: str) -> bool:
        """Whether checkout may link to it."""
        parts = split_web_url(url)
        if parts is None or (self.needs_https and parts.scheme != "https"):
            return False
        return not self.origins or place_of(parts) in {
            place_of(origin) for origin in map(split_web_url, self.origins) if origin
        }

    @property
    def requirement(self) -> str:
        """What a page must be, for error messages."""
        kind = "an https URL" if self.needs_https else "an http or https URL"
        place = " on one of the origins that the operator has set" if self.origins else ""
        return f"{kind}{place} of at most 2048 printable characters, without a user"
