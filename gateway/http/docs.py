"""`/docs`: the documentation site, as `make docs` has built it.

The files are those of any static site, so that any web server can serve them instead.
"""

import asyncio
import base64
import hashlib
import re
from functools import cached_property
from pathlib import Path

from aiohttp import hdrs, web

from gateway.http.middleware import aiohttp_handler
from gateway.http.response import RawResponse
from gateway.http.static_files import CONTENT_TYPES, StaticFile, file_response

CHECKOUT_FOLDER = Path(__file__).parents[2] / "site"
"""Where `make docs` builds the site."""

_NOT_BUILT = "The documentation is not built yet: run `make docs`.\n"
_NO_PAGE = "There is no such page in the documentation; it starts at /docs/index.html.\n"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class DocsFile(StaticFile):
    """A file of the site."""

    @cached_property
    def policy(self) -> str:
        """A Content-Security-Policy that allows the page's own inline scripts, by their digests."""
        digests = {
            base64.b64encode(hashlib.sha256(script).digest()).decode()
            for script in (_INLINE_SCRIPT.findall(self.read()) if self.suffix == ".html" else ())
        }
        scripts = "".join(f" 'sha256-{digest}'" for digest in sorted(digests))
        return (
            f"default-src 'none'; script-src 'self'{scripts}; "
            # The search runs in a worker, which loads its index.
            "worker-src 'self'; connect-src 'self'; "
            # The theme sets style attributes, and its icons are data: URLs.
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


class DocsSite:
    """The files of a folder, which may be built again while they are served."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[Path, tuple[int, DocsFile]] = {}

    def file(self, name: str) -> DocsFile | None:
        """The file at a path relative to the folder; None for any other path. Reads the file system."""
        try:
            path = (self._folder / name).resolve()
            path = path / "index.html" if path.is_dir() else path
            changed_at = path.stat().st_mtime_ns
        except (OSError, ValueError):  # ValueError: a null character
            return None
        if not path.is_relative_to(self._folder) or path.suffix not in CONTENT_TYPES or not path.is_file():
            return None
        cached_at, file = self._files.get(path, (None, None))
        if file is None or cached_at != changed_at:
            file = DocsFile(path.name, path)
            self._files[path] = changed_at, file
        return file

    async def serve(self, request: web.Request) -> RawResponse:
        """Handle GET /docs/<path>."""
        name = request.match_info["path"]
        file = await asyncio.to_thread(self.file, name)
        if file is None:
            is_built = await asyncio.to_thread((self._folder / "index.html").is_file)
            return _not_found(_NO_PAGE if is_built else _NOT_BUILT)
        policy = await asyncio.to_thread(lambda: file.policy)
        return await file_response(file, request, {"Content-Security-Policy": policy})


def add_docs(app: web.Application, folder: Path) -> None:
    """Serve the site in the folder at /docs/."""
    site = DocsSite(folder)
    app.router.add_get("/docs", aiohttp_handler(_redirect_to_site))
    app.router.add_get("/docs/{path:.*}", aiohttp_handler(site.serve))


async def _redirect_to_site(_request: web.Request) -> RawResponse:
    # Relative, so that it holds below a proxy's path too.
    return RawResponse(302, {hdrs.LOCATION: "docs/"})


def _not_found(text: str) -> RawResponse:
    return RawResponse(404, {hdrs.CONTENT_TYPE: "text/plain; charset=utf-8"}, text.encode())
