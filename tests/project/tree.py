"""The files of the repository, without installed, built and cached ones."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]

_LEFT_OUT = re.compile(
    r"node_modules|dist|gql|__generated__|site|__pycache__|\.git|\.venv|\..+_cache|\.hypothesis|.+\.egg-info"
)


def files(*suffixes: str) -> Iterator[Path]:
    """Files whose name ends in one of the suffixes."""
    for folder, folders, names in os.walk(PROJECT):
        folders[:] = sorted(name for name in folders if not _LEFT_OUT.fullmatch(name))
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(suffixes))
