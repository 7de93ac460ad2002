"""The feed over HTTP: a service's history page by page, with a long poll at its end; and as a source of processors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson

from chassis.logs import without_login
from chassis.processing.source import SourceGone, restored
from chassis.recorded import Position, Recorded
from chassis.store.protocol import Head
from chassis.transport.cloudevents import NotAnEvent, from_batch

LARGEST_PAGE = 1000
"""The most events that a feed gives at a time."""
_PAGE = 500
"""Events that a long poll brings."""
_GRACE = 5.0
"""Seconds beyond the asked waiting time after which an answer is given up."""
_PAUSE = 0.1


class NotLetIn(SourceGone):
    """The feed does not tell its history to who asks with this token."""


class Feed:
    """``GET /events`` of one service, with its connections kept; each page is gapless, or SourceGone is raised."""

    def __init__(self, service: str, url: str, token: Callable[[], str]) -> None:
        self.service = service
        self.place = f"{service} at {without_login(url)}"
        self._token = token
        tls = url.startswith("https:")  # without it, no certificates need to be read
        self._client = httpx.Client(base_url=url, timeout=_GRACE, trust_env=False, verify=tls)

    def heads(self, after: Mapping[int, Head] | None = None, wait: float = 0) -> dict[int, Head]:
        """The last event of every partition, at once or within ``wait`` seconds when one is beyond ``after``."""
        known = ",".join(f"{partition}:{last.position}" for partition, last in (after or {}).items())
        _, answer = self._get("/events/heads", {"after": known, "wait": wait}, wait + _GRACE)
        try:
            found = orjson.loads(answer)["heads"]
            return {each["partition"]: Head(position=each["position"], id=each["id"]) for each in found}
        except (ValueError, KeyError, TypeError) as error:
            raise SourceGone(f"{self.place}: answered something else than heads") from error

    def page(self, partition: int, after: Head, limit: int, wait: float = 0) -> list[Recorded | Position]:
        """What follows this event: events, and the positions of what the caller may not see.

        Raises SourceRestored where the owner has another event there, or none; an ``after`` without id is not compared.
        """
        asked = {"partition": partition, "after": after.position, "after_id": after.id, "limit": limit, "wait": wait}
        status, answer = self._get("/events", asked, wait + _GRACE)
        if status == httpx.codes.PRECONDITION_FAILED:
            raise restored(self.service, partition, after)
        try:
            found = from_batch(answer)
        except NotAnEvent as error:
            raise SourceGone(f"{self.place}: answered something else than events") from error
        for position, each in enumerate(found, start=after.position + 1):
            expected, at = Position(self.service, partition, position), each if isinstance(each, Position) else each.at
            if at != expected:
                raise SourceGone(f"{self.place}: gave {at}, {expected} was next")
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _get(self, path: str, asked: Mapping[str, Any], timeout: float) -> tuple[int, bytes]:
        """Status and content, which is kept out of the response: that has cycles, so what it holds stays for long."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            with self._client.stream("GET", path, params=asked, headers=headers, timeout=timeout) as answer:
                content = b"".join(answer.iter_bytes())
        except httpx.TransportError as error:
            raise SourceGone(f"{self.place}: {type(error).__name__} ({error})") from error
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise NotLetIn(f"{self.place}: answered {answer.status_code}")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PRECONDITION_FAILED):
            raise SourceGone(f"{self.place}: answered {answer.status_code}")
        return answer.status_code, content


class FeedSource:
    """``chassis.processing.source.Source`` over a feed; one per worker and source.

    One thread reads and waits; another may ask for the heads meanwhile.
    """

    def __init__(self, service: str, url: str, token: Callable[[], str]) -> None:
        self.service = service
        self._feed = Feed(service, url, token)
        self._partitions = 0
        self._ahead: dict[tuple[int, Head], list[Recorded]] = {}

    def heads(self) -> Mapping[int, Head]:
        """As ``Source.heads``."""
        return self._heads({}, 0)

    def ends(self) -> Mapping[int, int]:
        """As ``Source.ends``: of several partitions, one request instead of one for each."""
        if self._partitions == 1:
            return {}
        return {partition: head.position for partition, head in self.heads().items()}

    def at(self, partition: int, position: int) -> Head | None:
        """As ``Source.at``."""
        found = self._page(partition, Head(position=position - 1), 1, wait=0)
        return Head.of(found[0]) if found else None

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        """As ``Source.read``; a page that a long poll has brought is given without asking again."""
        ahead = self._ahead.pop((partition, after), None)
        return ahead[:limit] if ahead else self._page(partition, after, min(limit, LARGEST_PAGE), wait=0)

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        """As ``Source.wait``: a long poll, of one partition for its next page, of several for their heads."""
        ends = time.monotonic() + timeout
        if self._poll(after, timeout):
            return True
        # An owner where too many wait already answers at once: do not ask again at once.
        time.sleep(max(0.0, min(_PAUSE, ends - time.monotonic())))
        return False

    def close(self) -> None:
        """Close the connections."""
        self._feed.close()

    def _poll(self, after: Mapping[int, Head], timeout: float) -> bool:
        if len(after) > 1:
            heads = self._heads(after, timeout)
            return any(heads.get(partition, Head()).position > last.position for partition, last in after.items())
        for partition, last in after.items():
            if page := self._page(partition, last, _PAGE, wait=timeout):
                self._ahead = {(partition, last): page}
                return True
        return False

    def _heads(self, after: Mapping[int, Head], wait: float) -> dict[int, Head]:
        heads = self._feed.heads(after, wait)
        self._partitions = len(heads)
        return heads

    def _page(self, partition: int, after: Head, limit: int, wait: float) -> list[Recorded]:
        return [self._told(each) for each in self._feed.page(partition, after, limit, wait)]

    def _told(self, each: Recorded | Position) -> Recorded:
        """A service sees everything, so a mark is wrong."""
        if isinstance(each, Position):
            raise SourceGone(f"{self._feed.place}: withholds {each} from a service; is its token right?")
        return each
