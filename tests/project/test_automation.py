"""The workflow, the commit hooks, the development container and the templates."""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import yaml

from tests.project.tree import PROJECT, files

SOURCES = (
    "css",
    "graphql",
    "html",
    "js",
    "json",
    "jsx",
    "lua",
    "md",
    "mjs",
    "py",
    "sh",
    "toml",
    "yaml",
    "yml",
)
TEXTS = (*(f".{suffix}" for suffix in SOURCES), "Dockerfile", "Makefile")
GITHUB = PROJECT / ".github"
MAKEFILE = (PROJECT / "Makefile").read_text()
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def make_targets(command: str) -> list[str]:
    """The make targets that a shell command runs."""
    return re.findall(r"\bmake ([./\w-]+)", command)


def is_target(name: str) -> bool:
    return re.search(rf"^{re.escape(name)}:", MAKEFILE, re.MULTILINE) is not None


def test_workflow() -> None:
    """The workflow runs `make check` and `make test`, on the oldest supported Python and on the image's."""
    workflow = read(GITHUB / "workflows" / "checks.yml")
    (job,) = workflow["jobs"].values()
    targets = [target for step in steps(workflow) for target in make_targets(step.get("run", ""))]
    requires = re.search(r'requires-python = ">=([\d.]+)"', (PROJECT / "pyproject.toml").read_text())
    image = re.search(r"^FROM python:([\d.]+)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)

    assert requires
    assert image
    assert targets == ["check", "test"]
    assert all(is_target(target) for target in targets)
    assert job["strategy"]["matrix"]["python"] == [requires[1], image[1]]


def test_workflows_are_safe() -> None:
    """Workflows have read access only, and use actions of a fixed major version."""
    for path in WORKFLOWS:
        workflow = read(path)
        actions = [step["uses"] for step in steps(workflow) if "uses" in step]

        assert workflow["permissions"] == {"contents": "read"}, path.name
        assert [action for action in actions if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []
        # An expression inside a command would let a branch's name run as shell code.
        assert [step for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_hooks() -> None:
    """The commit hooks need no network: each runs a locked program from .venv."""
    (repository,) = read(PROJECT / ".pre-commit-config.yaml")["repos"]
    locked = set(
        re.findall(r"^([a-z0-9-]+)==", (PROJECT / "requirements/dev.lock").read_text(), re.MULTILINE)
    )
    package = {"lint-imports": "import-linter"}
    programs = [re.findall(r"\.venv/bin/([\w-]+)", hook["entry"]) for hook in repository["hooks"]]

    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert programs == [["ruff"], ["ruff"], ["mypy"], ["lint-imports"], ["python"]]
    assert {package.get(name, name) for (name,) in programs} - {"python"} <= locked


def test_hooks_are_part_of_check() -> None:
    """The commit hooks run the same commands as `make check`, so that both accept the same commits."""
    (repository,) = read(PROJECT / ".pre-commit-config.yaml")["repos"]
    commands = [hook["entry"].replace(" --force-exclude", "") for hook in repository["hooks"]]
    checks = MAKEFILE.replace("$(BIN)", ".venv/bin").replace("--check .", "")

    called = [re.search(r"\.venv/bin/[\w-]+( [a-z-]+)*", command) for command in commands]
    assert [match[0] for match in called if match and match[0] not in checks] == []


def test_development_container() -> None:
    """The container has the image's Python and Node, installs with a make target, and forwards both ports."""
    container = json.loads((PROJECT / ".devcontainer" / "devcontainer.json").read_text())
    image = re.search(r"^FROM (python:[\d.]+)-slim", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    ports = [int(port) for port in re.findall(r"^(?:SANDBOX_)?PORT \?= (\d+)$", MAKEFILE, re.MULTILINE)]

    assert image
    assert container["image"] == image[1]
    assert [name.rpartition("/")[2] for name in container["features"]] == ["node:1"]
    assert [is_target(name) for name in make_targets(container["postCreateCommand"])] == [True]
    assert container["forwardPorts"] == ports


def test_issue_forms() -> None:
    """Each form has what GitHub requires: a name, a description, and fields with unique ids."""
    forms = [path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]

    assert {path.stem for path in forms} == {"bug", "feature"}
    for path in forms:
        form = read(path)
        fields = [field for field in form["body"] if field["type"] != "markdown"]

        assert {"name", "description", "body"} <= set(form)
        assert all(field["attributes"]["label"] for field in fields)
        assert len({field["id"] for field in fields}) == len(fields)
        assert any(field.get("validations", {}).get("required") for field in fields)


def test_pull_request_template() -> None:
    """The template names make targets that exist."""
    template = (GITHUB / "pull_request_template.md").read_text()

    assert [target for target in make_targets(template) if not is_target(target)] == []


def test_editor_settings() -> None:
    """Text files follow .editorconfig: LF, no trailing whitespace, a final newline."""
    config = (PROJECT / ".editorconfig").read_text()
    untouched = re.search(r"^\[\{(.+)\}\]$", config, re.MULTILINE)
    assert untouched
    patterns = [pattern.replace("**/", "*").replace("**", "*") for pattern in untouched[1].split(",")]

    wrong = [
        name
        for name, content in ((str(path.relative_to(PROJECT)), path.read_bytes()) for path in files(*TEXTS))
        if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
        and (content[-1:] not in {b"\n", b""} or re.search(rb"[ \t\r]$", content, re.MULTILINE))
    ]

    assert wrong == []
