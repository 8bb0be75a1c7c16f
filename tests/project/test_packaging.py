"""Packaging: locked dependencies, the image, the licence."""

import re
import tomllib
from pathlib import Path

from docs_site.site_links import ELSEWHERE

PROJECT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
RUNTIME, BUILD, DOCS, DEV = (
    (PROJECT / "requirements" / f"{name}.lock").read_text() for name in ("runtime", "build", "docs", "dev")
)
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def names(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_dependencies_bounded() -> None:
    """Every direct dependency has a lower and an upper bound."""
    groups = PYPROJECT["dependency-groups"]
    direct = [*PYPROJECT["project"]["dependencies"], *(line for group in groups.values() for line in group)]
    direct = [line for line in direct if line not in ({"include-group": "build"}, {"include-group": "docs"})]

    assert [line for line in direct if not (">=" in line and "<" in line)] == []


def test_locks() -> None:
    """The lock files hold every direct dependency with hashes, and no URL of a registry."""
    direct = {
        re.split(r"[>=<;\[ ]", line)[0].lower().replace("_", "-")
        for line in PYPROJECT["project"]["dependencies"]
    }

    assert direct <= names(RUNTIME) < names(DEV)
    locks = RUNTIME + BUILD + DOCS + DEV
    assert "://" not in locks
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", locks) if "==" in block)


def test_build_is_locked() -> None:
    """What builds the package is locked apart, in the version that developers have, and not deployed."""
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]
    assert BUILD in DEV
    assert not names(BUILD) & names(RUNTIME)
    assert "build.lock" not in DOCKERFILE


def test_docs_are_locked() -> None:
    """What builds the documentation is locked apart, in the versions that run and that developers have."""
    assert "mkdocs-material" in names(DOCS) - names(RUNTIME)
    assert set(pinned(DOCS)) <= set(pinned(DEV))
    shared = names(DOCS) & names(RUNTIME)
    assert [line for line in pinned(DOCS) if line.partition("==")[0] in shared and line not in RUNTIME] == []


def pinned(lock: str) -> list[str]:
    return re.findall(r"^[a-z0-9-]+==[^ ]+", lock, re.MULTILINE)


def test_image() -> None:
    """The image is slim and has locked wheels, a user other than root, and a health check."""
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.14-slim"] * 3
    assert "--require-hashes --only-binary :all: -r requirements/runtime.lock" in DOCKERFILE
    assert "dev.lock" not in DOCKERFILE
    assert re.search(r"^USER (?!root|0\b)", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n.*health/live", DOCKERFILE, re.MULTILINE)


def test_image_has_what_the_docs_need() -> None:
    """The stage that builds the documentation copies its sources, the pages outside docs/ and quoted code."""
    stage = DOCKERFILE.partition("AS docs")[2].partition("FROM")[0]
    copied = {path for line in re.findall(r"^COPY (.+) \S+$", stage, re.MULTILINE) for path in line.split()}
    let_in = set(re.findall(r"^!(.+)$", (PROJECT / ".dockerignore").read_text(), re.MULTILINE))
    quoted = {
        path
        for page in (PROJECT / "docs").glob("*.md")
        for path in re.findall(r'^--8<-- "(.+?)(?::|")', page.read_text(), re.MULTILINE)
    }

    needed = {"mkdocs.yml", "schema.graphql", "docs", "docs_site", "gateway", *ELSEWHERE, *quoted}
    assert quoted
    assert [path for path in needed if not {path, *map(str, Path(path).parents)} & copied] == []
    assert [path for path in copied if path not in let_in] == []


def test_npm_locks() -> None:
    """No npm lock file names a registry."""
    locks = [path for path in PROJECT.glob("**/package-lock.json") if "node_modules" not in path.parts]

    assert locks
    assert [path for path in locks if '"resolved"' in path.read_text()] == []


def test_licence() -> None:
    """The licence is MIT, the package says so, and it ships the licences of what GraphiQL's page contains."""
    project = PYPROJECT["project"]

    assert project["license"] == "MIT"
    assert project["license-files"] == ["LICENSE", "gateway/http/static/THIRD_PARTY_LICENSES.txt"]
    assert all((PROJECT / file).is_file() for file in project["license-files"])
    assert "Copyright (c) 2026 the imin gateway contributors" in (PROJECT / "LICENSE").read_text()
    assert "LICENSE" in re.findall(r"^COPY (.+) \./$", DOCKERFILE, re.MULTILINE)[0].split()
    assert "!LICENSE" in (PROJECT / ".dockerignore").read_text().splitlines()
