#!/bin/sh
# Updates the lock files: versions and hashes, without the URL of a registry. Needs uv.
set -eu
cd "$(dirname "$0")/.."
options="--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet"
# shellcheck disable=SC2086
uv pip compile $options "$@" pyproject.toml -o requirements/runtime.lock
# shellcheck disable=SC2086
uv pip compile $options "$@" --group dev pyproject.toml -o requirements/dev.lock
# shellcheck disable=SC2086
uv pip compile $options "$@" --group build -o requirements/build.lock
# With the versions that developers have, so that both can be in one environment.
# shellcheck disable=SC2086
uv pip compile $options "$@" --group docs --constraint requirements/dev.lock -o requirements/docs.lock
