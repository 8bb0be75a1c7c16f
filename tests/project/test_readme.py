"""The README keeps its promises."""

import json
import re
from pathlib import Path

from tests.conftest import Gateway

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()


async def test_query_and_answer(gateway: Gateway) -> None:
    """The query that README shows has the answer that README shows."""
    query, answer = (re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL) for kind in ("graphql", "json"))

    assert query
    assert answer
    assert await gateway.answer(query[1]) == json.loads(answer[1])


def test_links() -> None:
    """Every file that README and CONTRIBUTING point to is there."""
    text = README + (PROJECT / "CONTRIBUTING.md").read_text()
    links = [link for link in re.findall(r"\]\(([^)#\"]+)\)", text) if "://" not in link]

    assert len(links) > 8
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_make_targets() -> None:
    """Every make target that README and CONTRIBUTING name exists."""
    text = README + (PROJECT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "test", "check", "schema"} <= set(re.findall(r"`?make ([a-z]+)", text)) <= targets
