"""Histories made up for tests of read models and reactions."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from chassis.recorded import Metadata, Recorded
from contracts.event import encode

BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class History:
    """Recorded events of one or more services, as the read models of ``service`` get them.

    Personal values of its own events are references; in the events of others they are missing, as from a feed.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.events: list[Recorded] = []
        self._positions: dict[str, int] = defaultdict(int)
        self._told: dict[str, list[object]] = defaultdict(list)

    def add(
        self, service: str, stream: str, *events: object, by: str = "somebody", occurred_at: datetime | None = None
    ) -> list[Recorded]:
        """Let these happen, a minute apart; gives them as they were recorded."""
        return [self._record(service, stream, happening, by, occurred_at) for happening in events]

    def dealt(self, order: str, **streams: str) -> list[Recorded]:
        """The events in another order: each letter is the next event of the stream it names, spaces are passed over."""
        waiting = {letter: iter(self.of(stream)) for letter, stream in streams.items()}
        return [next(waiting[letter]) for letter in order if not letter.isspace()]

    def of(self, stream: str) -> list[Recorded]:
        """The events of one stream."""
        return [recorded for recorded in self.events if recorded.stream == stream]

    def services(self) -> list[str]:
        """Whose events there are."""
        return list(dict.fromkeys(recorded.service for recorded in self.events))

    def told(self, recorded: Recorded) -> object:
        """The event as it was given to ``add``, personal values and all."""
        return self._told[recorded.stream][recorded.version - 1]

    def _record(self, service: str, stream: str, happening: object, by: str, occurred_at: datetime | None) -> Recorded:
        self._told[stream].append(happening)
        self._positions[service] += 1
        version = len(self._told[stream])
        name, data, secrets = encode(happening)
        made = Recorded(
            id=f"{stream}@{version}",
            service=service,
            partition=0,
            position=self._positions[service],
            stream=stream,
            version=version,
            type=name,
            data=data,
            metadata=Metadata(by=by),
            recorded_at=BEGINNING + len(self.events) * timedelta(minutes=1),
            occurred_at=occurred_at,
            sealed=bool(secrets) and service == self.service,
        )
        self.events.append(made)
        return made
