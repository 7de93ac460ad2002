"""Another service, as this one hears of it."""

from datetime import UTC, datetime
from uuid import uuid4

from chassis.recorded import Metadata, Recorded
from chassis.store.protocol import Head
from contracts.event import encode


class Told:
    """A source that a test adds to; events are recorded now."""

    def __init__(self, service):
        self.service = service
        self.events = []

    def add(self, stream, event, by):
        name, data, _ = encode(event)
        recorded = Recorded(
            id=str(uuid4()),
            service=self.service,
            partition=0,
            position=len(self.events) + 1,
            stream=stream,
            version=1 + sum(earlier.stream == stream for earlier in self.events),
            type=name,
            data=data,
            metadata=Metadata(by=by),
            recorded_at=datetime.now(UTC),
        )
        self.events.append(recorded)
        return recorded

    def heads(self):
        last = self.events[-1].id if self.events else ""
        return {0: Head(position=len(self.events), id=last)}

    def ends(self):
        return {}

    def at(self, partition, position):
        found = self.events[position - 1 : position]
        return Head(position=position, id=found[0].id) if found else None

    def read(self, partition, after, limit=500):
        return self.events[after.position : after.position + limit]

    def wait(self, after, timeout):
        return len(self.events) > after.get(0, Head()).position

    def close(self):
        return
