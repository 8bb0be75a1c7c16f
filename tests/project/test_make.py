"""What make does, read from its dry run."""

import re
import subprocess

from tests.project.tree import PROJECT, files

MAKEFILE = (PROJECT / "Makefile").read_text()


def dry_run(*arguments: str) -> list[str]:
    """The commands that make would run, once everything is installed."""
    built = [
        f"--old-file={target}" for target in (".venv/docs", ".venv/runtime", ".venv/dev", "site/index.html")
    ]
    command = ["make", "--dry-run", *built, *arguments]
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603  # ours
    return [line for line in made.stdout.splitlines() if not line.startswith("make")]


def test_help() -> None:
    """Bare make lists every target that a person may ask for."""
    phony = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)

    assert re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE) == phony[0].split()


def test_ports_of_run() -> None:
    """PORT and SANDBOX_PORT, which the message about a port in use recommends, reach the command."""
    (command,) = dry_run("run", "PORT=8010", "SANDBOX_PORT=8011")

    assert command == ".venv/bin/python -m gateway demo --port 8010 --sandbox-port 8011"


def test_fix_does_what_check_asks_for() -> None:
    """What `make fix` runs is what `make check` runs first, with permission to write."""
    check = [re.sub(r" --check", "", command) for command in dry_run("check")]

    assert [command.replace(" --fix", "") for command in dry_run("fix")] == check[:2]


def test_coverage() -> None:
    """The whole suite is measured, and its total is printed."""
    commands = "\n".join(dry_run("test"))

    assert re.search(r"pytest .*--cov .*\n.*coverage report --format=total", commands)


def test_check_installs_nothing() -> None:
    """`make check` leaves out all tests that install packages of Node."""
    folders = [PROJECT / name for name in re.findall(r"--ignore (\S+)", "\n".join(dry_run("check")))]
    installing = [
        path for path in files(".py") if re.search(r"import \(?[^)]*\binstalled\b", path.read_text())
    ]

    assert installing
    assert [path for path in installing if not any(path.is_relative_to(folder) for folder in folders)] == []


def test_run_builds_the_docs() -> None:
    """`make run` and `make docs` build the same site; only `make docs` fails if a link is broken."""
    command = ["make", "--dry-run", "--old-file=.venv/docs", "--what-if=mkdocs.yml"]
    made = subprocess.run([*command, "run"], cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603  # ours

    (run,) = [line for line in made.stdout.splitlines() if "mkdocs build" in line]
    (docs,) = [line for line in dry_run("docs") if "mkdocs build" in line]
    assert run.partition(" ||")[0] + " --strict" == docs
