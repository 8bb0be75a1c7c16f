"""`python -m tests.execution.answer_mutants`: each mistake in the reuse of answers must fail some test.

Each mutant is a copy of the gateway in which one rule is missing. Takes some minutes; ends with status 1 if a
mutant passes. `--only TEXT` runs those whose name contains it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ("tests/execution/test_answer_reuse.py", "tests/execution/test_answer_histories.py")
HISTORIES = "25"

ANSWERS, REUSE, CACHE = "execution/answer_cache.py", "reuse.py", "imin/cache.py"
QUESTION = "self.query, self.operation_name, variables, self.shows_cost"

Replacement = tuple[str, str, str]
"""Module of the gateway, the text in it, and what replaces that wherever it occurs."""

MUTANTS: dict[str, tuple[Replacement, ...]] = {
    "key without the caller": ((ANSWERS, "(ANSWERS, key)", "(ANSWERS, key.question, key.media_type)"),),
    "key with the customer only": (
        (ANSWERS, "(ANSWERS, key)", "(ANSWERS, key.caller.customer, key.question, key.media_type)"),
    ),
    "key without the document": (
        ("http/request.py", QUESTION, "'', self.operation_name, variables, self.shows_cost"),
        ("http/answering.py", "(answer.text, *", "('', *"),
    ),
    "key without the operation's name": (
        ("http/request.py", QUESTION, "self.query, None, variables, self.shows_cost"),
    ),
    "key without variables": (
        ("http/request.py", QUESTION, "self.query, self.operation_name, b'', self.shows_cost"),
    ),
    "variables compared as Python compares them": (
        (
            "http/request.py",
            "orjson.dumps(self.variables)",
            "repr([(k, v * 1.0 if isinstance(v, bool | int) else v) for k, v in self.variables.items()])",
        ),
    ),
    "key without extensions.cost": (
        ("http/request.py", QUESTION, "self.query, self.operation_name, variables, False"),
    ),
    "cost of the first request": (
        ("http/operations.py", "and not (self._shows_cost and self.scope.record.calls.made)", ""),
    ),
    "links are forgotten": ((REUSE, "if self.links_made:", "if False:"),),
    "links of three quarters of their time": ((REUSE, "self.link_seconds / 2", "self.link_seconds * 0.75"),),
    "windows are forgotten": (
        ("signing/global_ids.py", "(answer.past if is_past else answer.future).append(moment)", "pass"),
    ),
    "a window is still open when it has closed": (
        (ANSWERS, "< self._now() <=", "< self._now() - __import__('datetime').timedelta(microseconds=1) <="),
    ),
    "the clock never goes back": ((ANSWERS, "stored.period[0] < self._now()", "self._now()"),),
    "generations are forgotten": ((CACHE, "and _fits(version, generations[version.customer])", ""),),
    "the age is forgotten": ((CACHE, "and now - version.requested_at < fresh_seconds", ""),),
    "replaced and dropped responses are forgotten": ((CACHE, "version.is_stored and now", "now"),),
    "stale answers are stored": (
        ("http/operations.py", "and context.staleness.seconds is None", ""),
        (ANSWERS, "or not self._cache.are_fresh(dependencies.versions)", ""),
    ),
    "answers with errors are stored": (("http/operations.py", "and result.is_complete", ""),),
    "open cancellations are forgotten": (
        (ANSWERS, "and self._attempts.held.open.keys().isdisjoint(stored.orders)", ""),
    ),
    "what is held is stored": (("signing/global_ids.py", "if block is not None:", "if False:"),),
    "other processes are forgotten": ((ANSWERS, "if update is not None:", "if False:"),),
    "services may be used": (
        (
            "context.py",
            "        forbid_reuse()\n        return self.shared\n",
            "        return self.shared\n",
        ),
    ),
    "clocks may be read": (
        (REUSE, "        forbid_reuse()\n        return clock()\n", "        return clock()\n"),
    ),
    "reads past the cache are reused": (
        ("context.py", "        forbid_reuse()\n        self.spending", "        self.spending"),
    ),
    "reused answers cost nothing": (("http/answering.py", "scope.bucket.charge(cost)", "True"),),
    "a hash is parsed once": (
        ("http/request.py", ' and "persistedQuery" not in (request.extensions or ())', ""),
    ),
    "answers weigh nothing": ((ANSWERS, "len(answer.body) + ", ""),),
}


def main() -> None:
    """Run the tests against each mutant, and print which passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT")
    only = parser.parse_args().only
    survivors = []
    for name, replacements in MUTANTS.items():
        if only not in name:
            continue
        failed = _failed_test(replacements)
        sys.stdout.write(f"{name}: {failed or 'SURVIVED'}\n")
        sys.stdout.flush()
        if not failed:
            survivors.append(name)
    sys.exit(f"{len(survivors)} of the mutants were not noticed" if survivors else 0)


def _failed_test(replacements: tuple[Replacement, ...]) -> str:
    """The first test that fails; "" if none does."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in ("gateway", "tests"):
            ignored = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for module, original, mistake in replacements:
            path = copy / "gateway" / module
            text = path.read_text()
            if original not in text:
                raise LookupError(f"{module} has no {original!r}")
            path.write_text(text.replace(original, mistake))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *TESTS]
        environment = os.environ | {"ANSWER_HISTORIES": HISTORIES}
        ran = subprocess.run(  # noqa: S603  # our own command
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].partition("::")[2].partition(" ")[0] if failed else ""


if __name__ == "__main__":
    main()
