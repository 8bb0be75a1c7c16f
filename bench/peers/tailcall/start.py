"""Start Tailcall on PORT over UPSTREAM; arguments, if any, are passed to it instead.

TAILCALL_GLIBC: folder with a newer C library, for systems where it is too old for Tailcall's binary.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE.parent / "node" / "node_modules"
BINARY = MODULES / "@tailcallhq" / "core-linux-x64-gnu" / "bin" / "tailcall"


def configuration() -> Path:
    """The schema with addresses filled in: Tailcall reads its port only from there."""
    text = (HERE / "gateway.graphql").read_text()
    for name, value in (
        ("$PORT", os.environ["PORT"]),
        ("$UPSTREAM", os.environ["UPSTREAM"]),
        ("$HERE", str(HERE)),
    ):
        text = text.replace(name, value)
    path = MODULES / ".tailcall.graphql"
    path.write_text(text)
    return path


glibc = os.environ.get("TAILCALL_GLIBC")
loader = [f"{glibc}/ld-linux-x86-64.so.2", "--library-path", glibc] if glibc else []
command = [*loader, str(BINARY), *(sys.argv[1:] or ["start", str(configuration())])]
quiet = {"TC_TRACKER": "false", "TC_LOG_LEVEL": "error", "TAILCALL_LOG_LEVEL": "error"}
os.execve(command[0], command, {**os.environ, **quiet})  # noqa: S606  # this process becomes the measured one
