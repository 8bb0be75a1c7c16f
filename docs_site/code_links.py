"""Turn code in prose that names a type, or a field of one, into a link to the reference.

Pages write `OrderItem`, `OrderItem.status`, `[OrderItem!]!` or `cancelOrderItems` as code, so that they read
well in a plain editor too.
"""

import re
from collections.abc import Callable
from html import unescape

from docs_site.schema import DocumentedSchema, fields_of, is_built_in

_CODE = re.compile(r"<(pre|a|h1)\b.*?</\1>|<code([^>]*)>([^<]*)</code>", re.DOTALL)
_TYPE = re.compile(r"([\[\s]*)(\w+)([\]!\s]*)")
_FIELD = re.compile(r"(?:(\w+)\.)?(\w+)(\([\w:, ]*\))?")


class CodeLinks:
    """Finds what code names."""

    def __init__(self, schema: DocumentedSchema) -> None:
        self._types = schema.types
        self._root_fields = {
            name: root.name for root in schema.roots for name in root.fields if not name.islower()
        }

    def linked(self, html: str, own_type: str | None, address: Callable[[str], str]) -> str:
        """The HTML with links.

        own_type: that the page is about, whose fields are linked by their names alone. address: of a page of
        the reference, by the name of its type.
        """

        def replaced(match: re.Match[str]) -> str:
            if match[3] is None:
                return match[0]
            text = self._link(match[3], own_type, address)
            return f"<code{match[2]}>{text}</code>"

        return _CODE.sub(replaced, html)

    def _link(self, code: str, own_type: str | None, address: Callable[[str], str]) -> str:
        text = unescape(code)
        if (match := _TYPE.fullmatch(text)) and self._has_page(match[2]) and match[2] != own_type:
            return f'{match[1]}<a href="{address(match[2])}">{match[2]}</a>{match[3]}'
        if match := _FIELD.fullmatch(text):
            name = match[2]
            parent = match[1] or (
                own_type if self._has_field(own_type, name) else self._root_fields.get(name)
            )
            if parent and self._has_field(parent, name):
                return f'<a href="{address(parent)}#{name}">{code}</a>'
        return code

    def _has_page(self, name: str) -> bool:
        return name in self._types and not is_built_in(self._types[name])

    def _has_field(self, parent: str | None, name: str) -> bool:
        return parent in self._types and name in fields_of(self._types[parent])
