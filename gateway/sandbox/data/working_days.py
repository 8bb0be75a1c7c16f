"""Working days in London, from Monday to Friday; public holidays count as well."""

from datetime import datetime, timedelta

from gateway.sandbox.data.dates import LONDON

_SATURDAY = 5


def next_working_day(when: datetime) -> datetime:
    """The midnight in London at which the next working day begins."""
    day = when.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
