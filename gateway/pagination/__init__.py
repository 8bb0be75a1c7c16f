"""Relay windows over imin's numbered pages, of lists that change between two requests.

    requested = Range.from_arguments(ORDER_HISTORY, first=10, after=cursor)      # range.py, cursor.py
    window = await fetch_window(loader, totals, customer, ORDER_HISTORY, requested, count_only=False)
    window.items, window.cursors, window.total, window.has_next                  # window.py

`fetch_window` (fetch.py) loads the pages that a `WindowSearch` (search.py) asks for; the search works on the
`PageSet` (page_set.py) of the pages loaded so far. `OrderSearch` (history.py) finds one order in a history,
and `Scan` (scan.py) the first item that fits; both work on a `Coverage` (coverage.py) of what has been read.

Positions count from 0 over the whole list, and `start`, `stop` are a half-open range of them; places count
from the end. Each module imports only those below it: fetch; search, totals, history, scan; window, page_set;
range; cursor; moving_pages, coverage; lists. Nothing here knows GraphQL.
"""
