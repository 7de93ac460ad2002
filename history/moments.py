"""Moments as an analyst says them, a day or a moment with its time zone; and by which of its times one asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Literal

from history.errors import HistoryError

By = Literal["recorded_at", "occurred_at"]
Moment = datetime | date | str


def moment_of(moment: Moment) -> datetime:
    """A moment in UTC; of a day its end. Raises HistoryError for what is none, or has no time zone."""
    return _read(moment, time.max)


def first_of(moment: Moment) -> datetime:
    """The same; of a day its beginning."""
    return _read(moment, time.min)


def _read(moment: Moment, of_a_day: time) -> datetime:
    if isinstance(moment, str):
        try:
            moment = date.fromisoformat(moment) if len(moment) <= len("2026-03-01") else datetime.fromisoformat(moment)
        except ValueError:
            raise HistoryError(f"{moment}: is no day (2026-03-01) and no moment (2026-03-01T12:00:00Z)") from None
    if not isinstance(moment, datetime):
        return datetime.combine(moment, of_a_day, UTC)
    if moment.tzinfo is None:
        raise HistoryError(f"{moment.isoformat()}: has no time zone; add Z or +01:00")
    return moment.astimezone(UTC)
