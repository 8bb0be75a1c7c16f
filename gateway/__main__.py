"""`python -m gateway`: run the command line, or say in one line what it needs.

Old Pythons must be able to parse this file, so that they can print that line.
"""

# ruff: noqa: UP031  # no f-strings, for the same reason

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # pip checks this, but not in a checkout
    sys.exit(
        "gateway: Python 3.11 or newer is needed, and this is %d.%d. "
        "With make: make run PYTHON=python3.11" % sys.version_info[:2]
    )

try:
    from gateway.commands import main
except ModuleNotFoundError as error:
    missing = (error.name or "").partition(".")[0]
    if missing == "gateway":
        raise
    sys.exit(
        "gateway: %s is not installed. `make run` installs everything and starts a demo; "
        "without make: pip install -r requirements/runtime.lock" % missing
    )

if __name__ == "__main__":
    main()
