"""The README shows what the gateway does; docs/reading-the-code.md leads through its code."""

import json
import re
import shlex
import subprocess
import sys
from itertools import pairwise

from tests.conftest import Gateway
from tests.project.tree import PROJECT

README = (PROJECT / "README.md").read_text()
TOUR = (PROJECT / "docs/reading-the-code.md").read_text()


def entered_files(command: list[str]) -> list[str]:
    """The files of the gateway that a traced query enters, in order."""
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603  # ours
    return [line.split()[0] for line in process.stdout.splitlines()]


async def test_query_and_answer(gateway: Gateway) -> None:
    """The query in the README gets the response in the README."""
    query, response = (re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL) for kind in ("graphql", "json"))

    assert query
    assert response
    assert await gateway.answer(query[1]) == json.loads(response[1])


def test_tour() -> None:
    """The command of the page lists the files of each step, and the steps in their order."""
    tour = TOUR.partition("Beside this path")[0]
    query = re.search(r"`(\{.+\})`", tour)
    steps = [
        re.findall(r"\]\(\.\./gateway/(.+?\.py)\)", step)
        for step in re.split(r"^\d\. ", tour, flags=re.MULTILINE)
    ]
    command = re.search(r"```sh\n(.+?)```", tour, re.DOTALL)
    assert query
    assert command

    python, *arguments = shlex.split(command[1].replace("\\\n", ""))
    assert (python, arguments[-1]) == (".venv/bin/python", query[1])
    entered = entered_files([sys.executable, *arguments])

    linked = [file for step in steps for file in step if not file.endswith("__init__.py")]
    assert set(linked) - set(entered) == set()
    assert all(entered.index(one[0]) < entered.index(other[0]) for one, other in pairwise(steps[1:]))


def test_short() -> None:
    """The README has what a newcomer needs; everything else is in docs/."""
    assert len(README.splitlines()) < 120


def test_make_targets() -> None:
    """Every make target that README and CONTRIBUTING name exists."""
    text = README + (PROJECT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "test", "check", "schema"} <= set(re.findall(r"`?make ([a-z]+)", text)) <= targets
