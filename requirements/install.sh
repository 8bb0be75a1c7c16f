#!/bin/sh
# Installs a lock file and the project itself into .venv, and shows how far it is.
# Usage: sh requirements/install.sh runtime|docs|dev
set -eu
cd "$(dirname "$0")/.."
pip=.venv/bin/pip
failed=.venv/install-failed
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1

# flit_core, which writes the `gateway` command, is in the build lock; the dev lock has all of them.
case $1 in
runtime) set -- requirements/runtime.lock requirements/build.lock ;;
docs) set -- requirements/runtime.lock requirements/build.lock requirements/docs.lock ;;
dev) set -- requirements/dev.lock ;;
esac
total=$(cat "$@" | grep -o '^[a-z0-9][^ ]*==' | sort -u | wc -l)
echo "Installing $total packages into .venv; the first time takes about half a minute."

# The status of a pipe is that of its last command, so a file records that pip failed.
rm -f "$failed"
{ $pip install --progress-bar off --require-hashes $(printf -- '-r %s ' "$@") || touch "$failed"; } | {
    number=0
    while read -r what package _; do
        case $what in
        Collecting | Processing) # a package by its name, or a file that pip finds locally
            number=$((number + 1))
            package=${package##*/}
            echo "  $number/$total ${package%%-[cp][py][0-9]*}"
            ;;
        Installing) echo "  unpacking" ;;
        esac
    done
}
[ ! -e "$failed" ]
$pip install --quiet --no-deps --no-build-isolation --editable .
