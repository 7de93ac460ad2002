"""A service whose history is made up for a test: events as the contract has them, and marks, in partitions."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from benchmarks.city.recording import by_partition, recorded
from chassis.processing.source import SourceGone, SourceRestored
from chassis.recorded import Metadata, Position, Recorded
from chassis.store.protocol import Head
from history.folder import Folder
from history.pull import Pull
from history.verify import wrong

EXAMPLES = sorted((Path(__file__).parents[2] / "contracts" / "examples").glob("*.v*.json"))
"""One of each event that was ever shipped."""
KARIN = "4c1029697ee358715d3a14a2add817c4"
"""Who most examples are of."""
BEGAN = datetime(2026, 1, 20, 12, tzinfo=UTC)
EVERY = timedelta(hours=7)


def history(service, count, partitions=2, seed=1, withheld=5):
    """Partition → events, seven hours from one to the next, so that they lie in several months; each fifth withheld."""
    chance = random.Random(seed)
    return {n: [_told(service, n, at, chance, withheld) for at in range(1, count + 1)] for n in range(partitions)}


def _told(service, partition, position, chance, withheld):
    if withheld and position % withheld == 0:
        return Position(service, partition, position)
    example = chance.choice(EXAMPLES)
    return Recorded(
        id=str(UUID(int=chance.getrandbits(128))),
        service=service,
        partition=partition,
        position=position,
        stream=f"idea-{UUID(int=chance.getrandbits(128))}",
        version=1,
        type=example.name.removesuffix(".json"),
        data=json.dumps(json.loads(example.read_text()), ensure_ascii=False, separators=(",", ":")).encode(),
        metadata=Metadata(by=KARIN, correlation_id=str(UUID(int=chance.getrandbits(128)))),
        recorded_at=BEGAN + EVERY * position,
        occurred_at=BEGAN if position % 3 == 0 else None,
    )


def pull(folder, *origins):
    """Once, without a picture of it."""
    return Pull(folder, origins, unseen).once()


def faults(folder):
    """What is wrong with it."""
    return list(wrong(folder, unseen))


def unseen(done, total):
    """Nobody looks at the progress."""


def pulled(path, count):
    """A folder with the made-up histories of two services, of so many events a partition."""
    origins = [Origin(service, history(service, count, seed=n)) for n, service in enumerate(("ideas", "experiments"))]
    pull(Folder(path), *origins)
    return path


def pulled_city(path, events, partitions=2):
    """A folder with a city's made-up years, as an analyst is told them: what concerns persons is withheld."""
    by_service = {service: {n: [] for n in range(partitions)} for service in ("ideas", "experiments", "notifications")}
    for (service, n), told in by_partition(recorded(events, partitions=partitions)).items():
        by_service[service][n] = [each.at for each in told] if service == "notifications" else told
    pull(Folder(path), *[Origin(service, told) for service, told in by_service.items()])
    return path


class Origin:
    """As a feed: what was told of it so far, and no more."""

    def __init__(self, service, events):
        self.service = service
        self.events = events
        self.is_away = False
        self.known = {n: len(each) for n, each in events.items()}

    def heads(self, after=None, wait=0):
        self._must_be_there()
        return {n: self._head(n) for n in self.events}

    def page(self, partition, after, limit, wait=0):
        self._must_be_there()
        told = self.events[partition][: self.known[partition]]
        if after.id and (len(told) < after.position or told[after.position - 1].id != after.id):
            raise SourceRestored(f"{Position(self.service, partition, after.position)} is another")
        return told[after.position : after.position + limit]

    def _head(self, partition):
        position = self.known[partition]
        last = self.events[partition][position - 1] if position else None
        return Head(position=position, id=getattr(last, "id", f"withheld-{position}"))

    def _must_be_there(self):
        if self.is_away:
            raise SourceGone(f"{self.service}: answered 503")
