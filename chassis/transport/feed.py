"""The feed as a source: another service's history over HTTP, page by page, with a long poll at its end."""

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

_PAGE, _LARGEST_PAGE = 500, 1000
"""Events that a long poll brings, and the most that a feed gives at a time."""
_GRACE = 5.0
"""Seconds beyond the asked waiting time after which an answer is given up."""
_PAUSE = 0.1


class FeedSource:
    """``chassis.processing.source.Source`` over ``GET /events``; one per worker and source, its connections kept.

    One thread reads and waits; another may ask for the heads meanwhile.
    """

    def __init__(self, service: str, url: str, token: Callable[[], str]) -> None:
        self.service = service
        self._place = f"{service} at {without_login(url)}"
        self._token = token
        tls = url.startswith("https:")  # without it, no certificates need to be read
        self._client = httpx.Client(base_url=url, timeout=_GRACE, trust_env=False, verify=tls)
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
        return ahead[:limit] if ahead else self._page(partition, after, min(limit, _LARGEST_PAGE), wait=0)

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
        self._client.close()

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
        known = ",".join(f"{partition}:{last.position}" for partition, last in after.items())
        answer = self._get("/events/heads", {"after": known, "wait": wait}, wait + _GRACE)
        try:
            found = orjson.loads(answer.content)["heads"]
            heads = {each["partition"]: Head(position=each["position"], id=each["id"]) for each in found}
        except (ValueError, KeyError, TypeError) as error:
            raise SourceGone(f"{self._place}: answered something else than heads") from error
        self._partitions = len(heads)
        return heads

    def _page(self, partition: int, after: Head, limit: int, wait: float) -> list[Recorded]:
        asked = {"partition": partition, "after": after.position, "after_id": after.id, "limit": limit, "wait": wait}
        answer = self._get("/events", asked, wait + _GRACE)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            raise restored(self.service, partition, after)
        try:
            found = from_batch(answer.content)
        except NotAnEvent as error:
            raise SourceGone(f"{self._place}: answered something else than events") from error
        return [self._proved(each, partition, after.position + n) for n, each in enumerate(found, start=1)]

    def _proved(self, each: Recorded | Position, partition: int, position: int) -> Recorded:
        """The event, if it is the one that comes next; a service sees everything, so a mark is wrong too."""
        expected = Position(self.service, partition, position)
        if isinstance(each, Position):
            raise SourceGone(f"{self._place}: withholds {each} from a service; is its token right?")
        if each.at != expected:
            raise SourceGone(f"{self._place}: gave {each.at}, {expected} was next")
        return each

    def _get(self, path: str, asked: Mapping[str, Any], timeout: float) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            answer = self._client.get(path, params=asked, headers=headers, timeout=timeout)
        except httpx.TransportError as error:
            raise SourceGone(f"{self._place}: {type(error).__name__} ({error})") from error
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PRECONDITION_FAILED):
            raise SourceGone(f"{self._place}: answered {answer.status_code}")
        return answer
