#!/bin/sh
# Package: vobject 0.9.9, with python-dateutil 4.0.0, pytz 2026.6 and six 1.17.0 (all PyPI).
# Most expect: a time with a TZID is read by the VTIMEZONE of that name in the same calendar, whatever year that begins in,
#   as icalendar and ical.js read it.
# Seen: a definition whose onsets begin after the year 2000 is not found by its name. Times in a zone that pytz does not
#   know by name are then without a zone (one line is logged); those in a zone that it knows are in pytz's, which takes the
#   second of two equal local times. With the same rules from 1970 on, the definition is used.
# Source: RFC 5545, 3.2.19 (the TZID specifies the definition in the same calendar); vobject's TimezoneComponent.pickTzid
#   tries the name on days of the year 2000.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check "vobject==0.9.9" "python-dateutil==4.0.0" "pytz==2026.6" "six==1.17.0"
"$directory/venv/bin/python" - <<'PYTHON'
import vobject

CALENDAR = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:DAYLIGHT
DTSTART:{summer}T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:{winter}T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;TZID={zone}:20270701T100000
END:VEVENT
END:VCALENDAR
"""


def offset(zone, summer, winter):
    calendar = vobject.readOne(CALENDAR.format(zone=zone, summer=summer, winter=winter).replace("\n", "\r\n"))
    return str(calendar.vevent.dtstart.value.utcoffset())


seen = offset("Early", "19700329", "19701025"), offset("Late", "20250330", "20251026")
print(f"from 1970 on: {seen[0]}; from 2025 on: {seen[1]}")
assert seen == ("1:00:00", "None")
PYTHON
