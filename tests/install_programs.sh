#!/bin/sh
# Installs what the browser, client and Redis tests need, if it runs as root on Debian.
# Elsewhere those tests are skipped, and say why.
set -u
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
has_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; }

missing=""
has_browser || missing="$missing chromium"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
command -v redis-server >/dev/null 2>&1 || command -v valkey-server >/dev/null 2>&1 || missing="$missing redis-server"
[ -n "$missing" ] || exit 0
if may_install; then
    echo "installing$missing"
    # shellcheck disable=SC2086
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null ||
        echo "could not install$missing: the tests that need them are skipped"
else
    echo "missing, and installed only for root on Debian:$missing; the tests that need them are skipped"
fi
exit 0
