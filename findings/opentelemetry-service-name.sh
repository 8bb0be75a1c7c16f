#!/bin/sh
# Package: opentelemetry-sdk 1.45.1 (PyPI).
# Most expect: OTEL_SERVICE_NAME, which an operator sets, wins over a service name that a program passes as its default.
# Seen: attributes passed to Resource.create() win over OTEL_SERVICE_NAME and over OTEL_RESOURCE_ATTRIBUTES, silently;
#   with no service.name passed, the variable is used. A program that passes a default name cannot be renamed from outside.
# Source: OpenTelemetry specification, Resource SDK, "Specifying resource information via an environment variable":
#   user-provided resource information has higher priority.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "opentelemetry-sdk==1.45.1"
OTEL_SERVICE_NAME=from-variable OTEL_RESOURCE_ATTRIBUTES=service.name=from-attributes "$directory/venv/bin/python" - <<'PYTHON'
from opentelemetry.sdk.resources import Resource

passed = Resource.create({"service.name": "passed"}).attributes["service.name"]
not_passed = Resource.create({}).attributes["service.name"]
print(f"passed to create(): {passed}; nothing passed: {not_passed}")
assert (passed, not_passed) == ("passed", "from-variable")
PYTHON
