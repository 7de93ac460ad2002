"""Pulling: what every service has recorded since the last time is written into the folder's files.

Killed at any point it goes on where the manifest is, without loss and without anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from chassis.processing.source import SourceGone, SourceRestored
from chassis.recorded import Position, Recorded
from chassis.store.protocol import Head
from chassis.transport.feed import NotLetIn
from chassis.transport.publisher import TopicGone
from chassis.transport.recovering import TopicLacks
from contracts.event import UnknownEventType, UnknownEventVersion
from history import dictionary
from history.columns import Told
from history.compacting import compacted
from history.errors import NotTold, NotUnderstood, WrongFolder
from history.folder import Folder
from history.gathered import Gathered
from history.interpreter import rarely_collecting
from history.manifest import Manifest, Reached

PAGE = 1000
_TOGETHER = 50_000
"""Events that are gathered until they are written."""
_WAIT = 5.0
"""Seconds that one service is waited for before the next is asked."""
Show = Callable[[int, int], None]
"""How many events are there, of how many."""


class Origin(Protocol):
    """Where the history of one service is pulled from: ``chassis.transport.feed.Feed``, ``history.topic.Topic``."""

    service: str

    def heads(self, after: Mapping[int, Head] | None = None, wait: float = 0) -> dict[int, Head]:
        """The last event of every partition."""

    def page(self, partition: int, after: Head, limit: int, wait: float = 0) -> list[Told]:
        """What follows this event."""


class Pull:
    """One pull into a folder that nobody else writes to meanwhile."""

    def __init__(self, folder: Folder, origins: Sequence[Origin], show: Show, *, whole: bool = False) -> None:
        self._folder = folder
        self._origins = origins
        self._show = show
        self._role = "service" if whole else "analyst"
        self._manifest = folder.begin(whole=whole)
        self._retold = _as_services_know_it if whole else folder.pseudonyms(self._manifest).told
        self._counts = True
        """Whether what is written counts at once, or when all of it is there."""
        folder.tidy(self._manifest)

    @rarely_collecting()
    def once(self) -> Manifest:
        """Everything that there is now. Raises HistoryError; what was written before stays."""
        try:
            self._pull(self._checked())
            return self._tidied()
        except BaseException:
            self._folder.tidy(self._folder.manifest())  # of what it was just writing, so that the folder is proved
            raise

    @rarely_collecting()
    def afresh(self) -> Manifest:
        """Everything once more, in the place of what is there: so no file tells any longer what is not told today.

        That is what was redacted, of whom was forgotten, and who has hidden their name since. Raises HistoryError;
        then everything is as it was.
        """
        heads = self._checked()
        before, self._counts = self._manifest, False
        self._manifest = before.emptied
        try:
            self._pull(heads)
        except BaseException:
            self._manifest = before
            self._folder.tidy(before)
            raise
        finally:
            self._counts = True
        self._folder.keep(self._manifest)
        return self._tidied()

    def _checked(self) -> Mapping[str, Mapping[int, Head]]:
        """How far each service is, of which this folder has what was before."""
        with _telling(self._role):
            heads = {origin.service: origin.heads() for origin in self._origins}
        for origin in self._origins:
            self._check(origin, heads[origin.service])
        return heads

    def _tidied(self) -> Manifest:
        self._manifest = compacted(self._folder, self._manifest)
        self._folder.beside(dictionary.NAME, dictionary.written())
        return self._manifest

    def wait(self) -> bool:
        """Until one of the services has more, or for a while; whether one has. Raises NotTold."""
        for origin in self._origins:
            reached = self._manifest.reached(origin.service)
            with _telling(self._role):
                known = {n: Head(position=each.position) for n, each in reached.items()}
                heads = origin.heads(known, _WAIT)
            if any(head.position > reached[n].position for n, head in heads.items()):
                return True
        return False

    def _check(self, origin: Origin, heads: Mapping[int, Head]) -> None:
        """It must be the history that was pulled before, as far as anything was told of it."""
        service, reached = origin.service, self._manifest.reached(origin.service)
        if reached and reached.keys() != heads.keys():
            raise WrongFolder(
                f"{self._folder.path}: {service} has {len(heads)} partitions, this folder {len(reached)}: "
                "its history was made anew, or is another platform's; pull into a new folder"
            )
        for partition, each in reached.items():
            if heads[partition].position < each.position:
                raise WrongFolder(
                    f"{self._folder.path}: {Position(service, partition, each.position)} is here and not in {service}: "
                    "it was restored to an older moment, or is another platform; pull into a new folder"
                )
            if each.told:
                with _telling(self._role):
                    origin.page(partition, each.last_told, 1)

    def _pull(self, heads: Mapping[str, Mapping[int, Head]]) -> None:
        total = sum(head.position for each in heads.values() for head in each.values())
        self._show(self._manifest.events, total)
        with ThreadPoolExecutor(1) as ahead:
            for origin in self._origins:
                gathered = self._begun(origin.service, heads[origin.service])
                for partition, head in heads[origin.service].items():
                    for page in self._pages(origin, partition, head, ahead):
                        gathered.add(list(self._told(page)))
                        if gathered.rows >= _TOGETHER:
                            self._keep(origin.service, gathered)
                            self._show(self._manifest.events, total)
                self._keep(origin.service, gathered)
                self._show(self._manifest.events, total)

    def _begun(self, service: str, partitions: Iterable[int]) -> Gathered:
        """From where its partitions are; the manifest has each of them from now on."""
        reached = {**{n: Reached(partition=n) for n in partitions}, **self._manifest.reached(service)}
        gathered = Gathered(reached.values())
        self._keep(service, gathered)
        return gathered

    def _pages(self, origin: Origin, partition: int, head: Head, ahead: ThreadPoolExecutor) -> Iterator[list[Told]]:
        """What is there up to ``head``; the next page is asked for while somebody looks at this one."""
        last = self._manifest.reached(origin.service)[partition].head

        def asked(after: Head) -> Future[list[Told]] | None:
            left = head.position - after.position
            return ahead.submit(origin.page, partition, after, min(PAGE, left)) if left > 0 else None

        coming = asked(last)
        while coming is not None:
            with _telling(self._role):
                page = coming.result()
            if not page:
                raise NotTold(
                    f"{origin.service}: has nothing behind {Position(origin.service, partition, last.position)}"
                )
            last = _head_of(page[-1])
            coming = asked(last)
            yield page

    def _told(self, page: Iterable[Told]) -> Iterator[Told]:
        for each in page:
            if isinstance(each, Position):
                yield self._withheld(each)
                continue
            try:
                yield self._retold(each)
            except (UnknownEventType, UnknownEventVersion) as error:
                raise NotUnderstood(f"{each.at}: {each.type} is not known to this release; use a newer one") from error

    def _withheld(self, at: Position) -> Position:
        if self._manifest.whole:
            raise NotTold(f"{at}: is withheld; a whole history is told to the role service alone")
        return at

    def _keep(self, service: str, gathered: Gathered) -> None:
        """Write it, and then the manifest that names it."""
        manifest = self._manifest
        parts = [
            self._folder.write(manifest.next + n, service, month, table, ranges)
            for n, (month, table, ranges) in enumerate(gathered.taken())
        ]
        services = {**manifest.services, service: gathered.reached.values()}
        kept = manifest.of(services, [*manifest.parts, *parts], manifest.next + len(parts))
        if kept != manifest:
            self._manifest = kept
            if self._counts:
                self._folder.keep(kept)


def _as_services_know_it(recorded: Recorded) -> Recorded:
    """Raises what ``Recorded.event`` raises."""
    _ = recorded.event
    return recorded


@contextmanager
def _telling(role: str) -> Iterator[None]:
    """What goes wrong between a service and its reader, who needs a ``role``, as he is told."""
    try:
        yield
    except NotLetIn as error:
        raise NotTold(f"{error}: a valid token with the role {role} is needed") from error
    except (SourceGone, TopicGone, TopicLacks) as error:
        raise NotTold(str(error)) from error
    except SourceRestored as error:
        raise WrongFolder(
            f"{error}: the service was restored to an older moment, or is of another platform; pull into a new folder"
        ) from error


def _head_of(told: Told) -> Head:
    return Head(position=told.position) if isinstance(told, Position) else Head.of(told)
