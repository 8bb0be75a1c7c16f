"""The limit of open files: each connection takes one."""

import resource
import sys
from contextlib import suppress


def raise_open_files_limit() -> int:
    """Raise the soft limit to the hard one, and return it. Many systems start programs with 1,024 or 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS states no hard limit, and has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return sys.maxsize if hard == resource.RLIM_INFINITY else hard
    return soft
