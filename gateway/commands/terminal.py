"""What commands print, and how they refuse to run."""

import sys
from typing import NoReturn


def print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def refuse(reason: str) -> NoReturn:
    sys.stderr.writelines(f"gateway: {line}\n" for line in reason.splitlines())
    sys.exit(2)
