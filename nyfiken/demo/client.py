"""A person in front of the platform: asks and commands over HTTP with a token of their own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Container, Mapping
from typing import Any
from uuid import uuid4

import httpx

Json = Any
WAIT = 30.0
"""Seconds within which what was written must be seen."""
DONE = (httpx.codes.OK, httpx.codes.CREATED)

_OWNERS = {
    "ideas": ("challenges", "ideas", "ideas:batch", "tried-before"),
    "experiments": ("experiments", "failures", "lessons"),
    "notifications": ("inbox", "follows", "me", "people"),
}


class NotAsTold(Exception):
    """Something happened that the story does not tell."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered."""

    status: int
    json: Json
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> Json:
        """A member of the answer."""
        return self.json[name]


class Platform:
    """The three services, and the positions of everything that was written through here."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._services = {name: httpx.Client(base_url=url, timeout=10.0, trust_env=False) for name, url in urls.items()}
        self._positions: dict[str, int] = {}

    def close(self) -> None:
        """Give back the connections."""
        for client in self._services.values():
            client.close()

    def send(self, method: str, path: str, token: str, body: Json, headers: Mapping[str, str]) -> Answer:
        """Send a request to the service that owns the path, and remember the positions it wrote."""
        response = self._owner(path).request(
            method, path, json=body, headers={"Authorization": f"Bearer {token}", "Accept-Language": "sv", **headers}
        )
        if method != "GET":
            self._remember(response.headers.get("Event-Position", ""))
        return Answer(response.status_code, response.json() if response.content else None, response.headers)

    @property
    def written(self) -> str:
        """All that was written so far, as If-Position wants it."""
        return ", ".join(f"{place}:{position}" for place, position in sorted(self._positions.items()))

    def _remember(self, positions: str) -> None:
        for one in filter(None, (part.strip() for part in positions.split(","))):
            place, _, position = one.rpartition(":")
            self._positions[place] = max(int(position), self._positions.get(place, 0))

    def _owner(self, path: str) -> httpx.Client:
        first = path.lstrip("/").split("/")[0].split("?")[0]
        return next(self._services[name] for name, firsts in _OWNERS.items() if first in firsts)


class Person:
    """Somebody with a name, a unit and a signed token. ``id``: what the platform calls them, once they have asked."""

    def __init__(self, platform: Platform, name: str, token: str) -> None:
        self.name = name
        self.id = ""
        self._platform = platform
        self._token = token

    def post(self, path: str, body: Json = None, *, expect: int | None = None) -> Answer:
        """Give a command."""
        return self._command("POST", path, body, (expect,) if expect else DONE)

    def put(self, path: str, body: Json = None, *, expect: int | None = None) -> Answer:
        """Give a command that may be given twice."""
        return self._command("PUT", path, body, (expect,) if expect else DONE)

    def refused(self, method: str, path: str, body: Json, slug: str) -> None:
        """Give a command that must be refused, for this reason."""
        answer = self._command(method, path, body, range(400, 500))
        check(f"{self.name}: {method} {path} nekas", got=answer["type"], expected=f"/problems/{slug}")

    def get(self, path: str) -> Answer:
        """Ask, and be answered with all that was written through here before."""
        patience_ends = time.monotonic() + WAIT
        seen = {"If-Position": self._platform.written} if self._platform.written else {}
        while True:
            answer = self._platform.send("GET", path, self._token, None, seen)
            if answer.status != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > patience_ends:
                return self._expected("GET", path, answer, (200,))

    def _command(self, method: str, path: str, body: Json, expect: Container[int]) -> Answer:
        key = {"Idempotency-Key": str(uuid4())}
        answer = self._platform.send(method, path, self._token, body, key)
        return self._expected(method, path, answer, expect)

    def _expected(self, method: str, path: str, answer: Answer, expect: Container[int]) -> Answer:
        if answer.status not in expect:
            raise NotAsTold(f"{self.name}: {method} {path} answered {answer.status}, not as told: {_why(answer.json)}")
        return answer


def _why(problem: Json) -> str:
    if not isinstance(problem, dict) or "type" not in problem:
        return "it should have been refused"
    errors = [f"{error['field']}: {error['message']}" for error in problem.get("errors", ())[:3]]
    return " ".join((problem["type"], str(problem.get("detail", "")), *errors))


def check(told: str, *, got: Json, expected: Json) -> None:
    """NotAsTold unless what was got is what the story says."""
    if got != expected:
        raise NotAsTold(f"{told}: väntade {expected!r}, fick {got!r}")
