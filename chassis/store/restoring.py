"""What a store asks of events that it takes back: that they are its own, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.recorded import Position, Recorded
from chassis.store.protocol import HistoryDiffers


def must_follow(service: str, last: int, events: Sequence[Recorded]) -> None:
    """Raise HistoryDiffers unless they are of one partition of this service and come next behind its last position."""
    for position, recorded in enumerate(events, start=last + 1):
        wanted = Position(service, events[0].partition, position)
        if recorded.at != wanted:
            raise HistoryDiffers(f"{recorded.at} does not come next: {wanted} does")


def versions(events: Sequence[Recorded]) -> dict[str, tuple[int, int]]:
    """Stream → the versions that it must have before and has behind them, in the order in which streams are locked.

    Raises HistoryDiffers where one between is missing.
    """
    found: dict[str, tuple[int, int]] = {}
    for recorded in events:
        before, now = found.get(recorded.stream, (recorded.version - 1, recorded.version - 1))
        if recorded.version != now + 1:
            raise HistoryDiffers(f"{recorded.at} is version {recorded.version} of {recorded.stream}, {now + 1} is next")
        found[recorded.stream] = before, recorded.version
    return dict(sorted(found.items(), key=lambda item: item[0].encode()))
