"""Which day it is, where the organisation is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_HERE = ZoneInfo("Europe/Stockholm")


def day_of(moment: datetime) -> date:
    """The calendar date in Europe/Stockholm of a moment with a time zone."""
    return moment.astimezone(_HERE).date()
