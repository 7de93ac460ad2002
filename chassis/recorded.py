"""An event as it was recorded: the envelope around it, and where it lies."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from contracts.event import converter, decode, value


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Position:
    """Identifies a recorded event for ever. ``position`` is gapless within (service, partition): 1, 2, 3."""

    service: str
    partition: int
    position: int

    def __str__(self) -> str:
        """``ideas/0:17``, as in the Event-Position header."""
        return f"{self.service}/{self.partition}:{self.position}"

    @classmethod
    def of(cls, text: str) -> Position:
        """Read what ``str`` wrote; ValueError for anything else."""
        service, slash, rest = text.strip().partition("/")
        partition, colon, position = rest.partition(":")
        if not (service and slash and colon and partition.isdecimal() and position.isdecimal()):
            raise ValueError(text)
        return cls(service, int(partition), int(position))


@value
class Metadata:
    """What is known about why an event was recorded."""

    by: str | None = None
    """The opaque id of the person, or the name of the service or rule."""
    correlation_id: str | None = None
    """What one request led to, across services."""
    causation_id: str | None = None
    """The event or command that caused it."""
    traceparent: str | None = None
    """W3C Trace Context."""


@dataclasses.dataclass(slots=True, kw_only=True, eq=False)
class Recorded:
    """A recorded event. ``data`` is its published JSON; ``event`` decodes it at first use and remembers it."""

    id: str
    service: str
    partition: int
    position: int
    stream: str
    version: int
    type: str
    data: bytes
    metadata: Metadata
    recorded_at: datetime
    occurred_at: datetime | None = None
    """When it happened, where that is another moment than when it was recorded (imports). UTC."""
    sealed: bool = False
    """Whether personal values of it are kept apart, in this very store."""
    _event: Any = None

    @property
    def event(self) -> Any:
        """The event itself, brought to today's version; raises what ``contracts.event.decode`` raises."""
        if self._event is None:
            self._event = happened(self.stream, self.version, self.type, self.data, self.sealed)
        return self._event

    @property
    def at(self) -> Position:
        """Where it lies."""
        return Position(self.service, self.partition, self.position)

    @property
    def happened_at(self) -> datetime:
        """When it happened: ``occurred_at`` where that is known, else ``recorded_at``."""
        return self.occurred_at or self.recorded_at

    @property
    def subject(self) -> str:
        """The id of the aggregate: the stream without its category."""
        return self.stream.partition("-")[2]

    def told(self, data: bytes, by: str | None) -> Recorded:
        """The same with other data, recorded by somebody else: as it is told to those who may not know who it was."""
        why = self.metadata
        return Recorded(
            id=self.id,
            service=self.service,
            partition=self.partition,
            position=self.position,
            stream=self.stream,
            version=self.version,
            type=self.type,
            data=data,
            metadata=Metadata(
                by=by,
                correlation_id=why.correlation_id,
                causation_id=why.causation_id,
                traceparent=why.traceparent,
            ),
            recorded_at=self.recorded_at,
            occurred_at=self.occurred_at,
            sealed=self.sealed,
        )

    def __repr__(self) -> str:
        return f"<{self.type} {self.at} {self.stream}@{self.version}>"


def happened(stream: str, version: int, type_: str, data: bytes, sealed: bool) -> Any:
    """An event without what surrounds it; raises what ``contracts.event.decode`` raises."""
    return decode(type_, data, sealed_at=(stream, version) if sealed else None)


def pack(recorded: Recorded) -> bytes:
    """A recorded event as bytes to set aside; personal values are not in it."""
    fields = {name: getattr(recorded, name) for name in _KEPT}
    metadata = converter.unstructure(recorded.metadata)
    return orjson.dumps({**fields, "data": recorded.data.decode(), "metadata": metadata})


def unpack(kept: bytes) -> Recorded:
    """The recorded event that ``pack`` was given."""
    fields = orjson.loads(kept)
    occurred_at = fields["occurred_at"]
    return Recorded(
        **{
            **fields,
            "data": fields["data"].encode(),
            "metadata": converter.structure(fields["metadata"], Metadata),
            "recorded_at": datetime.fromisoformat(fields["recorded_at"]),
            "occurred_at": occurred_at and datetime.fromisoformat(occurred_at),
        }
    )


_KEPT = (
    *("id", "service", "partition", "position", "stream", "version"),
    *("type", "recorded_at", "occurred_at", "sealed"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Whole microseconds since 1970; the form in which moments are kept."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The UTC moment that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)
