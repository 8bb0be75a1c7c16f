#!/bin/sh
# Package: icalendar 7.3.2, with tzdata 2026.6 (both PyPI).
# Most expect: Timezone.from_tzid writes the onset of summer time in the local time before the change. London's clocks
#   change at 01:00 GMT on 29 March 2026, New York's at 02:00 EST on 8 March 2026.
# Seen: 20260329T020000 and 20260308T030000, the local times after the change. A reader that uses the definition, since it
#   does not know the zone's name, takes the first hour of summer time for winter time. Onsets of winter time are right.
# Source: RFC 5545, 3.6.5: DTSTART of DAYLIGHT is "the effective onset date and local time"; its examples for New York have
#   DTSTART:20070311T020000.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "icalendar==7.3.2" "tzdata==2026.6"
"$directory/venv/bin/python" - << 'PYTHON'
from datetime import date

from icalendar import Timezone

expected = {"Europe/London": "20260329T010000", "America/New_York": "20260308T020000"}
seen = {}
for name in expected:
    zone = Timezone.from_tzid(name, first_date=date(2026, 1, 1), last_date=date(2027, 1, 1))
    (summer,) = [part for part in zone.subcomponents if part.name == "DAYLIGHT"]
    seen[name] = summer["DTSTART"].to_ical().decode()
    print(f"{name}: summer time begins at {expected[name]}, written as {seen[name]}")
raise SystemExit(seen != {"Europe/London": "20260329T020000", "America/New_York": "20260308T030000"})
PYTHON
