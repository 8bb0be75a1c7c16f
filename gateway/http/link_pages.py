"""What a person sees whose link to a file cannot be opened: a page instead of a coded error."""

from aiohttp import hdrs, web

from gateway.http.media_types import accepts_html
from gateway.http.response import RawResponse

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""
_EXPIRED = (
    "This link has expired",
    "Links to files work for a short time only. Go back to your bookings, reload the page and open it again.",
)
_NOT_FOUND = (
    "This link does not work",
    "It may be incomplete, or what it led to is no longer there. Go back to your bookings and open it again.",
)
_LATER = (
    "This cannot be opened right now",
    "The booking system does not respond as it should. Please try again in a few minutes.",
)
_TEXTS = {401: _NOT_FOUND, 403: _EXPIRED, 404: _NOT_FOUND}


def for_people(request: web.Request, response: RawResponse) -> RawResponse:
    """The response to a request that failed: a page for a browser's window, unchanged for programs."""
    if not accepts_html(request):
        return response
    title, text = _TEXTS.get(response.status, _LATER)
    headers = response.headers | {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        "Content-Security-Policy": _POLICY,
    }
    return RawResponse(response.status, headers, _PAGE.format(title=title, text=text).encode())
