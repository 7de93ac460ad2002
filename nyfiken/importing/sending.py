"""Rows sent as commands, a few at a time; what became of them, in the order of the file."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from nyfiken.importing.outcome import Outcome

AT_ONCE = 4
"""Requests under way together. The store writes one at a time; more would only wait in line."""
AHEAD = 32
"""Rows read before the first of them is answered."""
PATIENCE = 30.0
"""Seconds in which a service that does not answer may come back."""

Json = dict[str, Any]
A = TypeVar("A")
B = TypeVar("B")


class GaveUp(Exception):
    """The service cannot be reached, or does not let us in: going on would refuse every row."""


class Sender:
    """Sends commands to one path of a service. ``client`` knows the service's address and carries the token."""

    def __init__(self, client: httpx.Client, path: str, patience: float) -> None:
        self._client = client
        self._path = path
        self._patience = patience

    def send(self, line: int, body: Json) -> Outcome:
        """Give the command for one row. The id comes from its source, so sending it again does no harm."""
        response = self._answered(body)
        if response.is_success:
            return Outcome(line, "in" if response.status_code == httpx.codes.CREATED else "already there")
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise GaveUp(f"line {line}: {response.url} does not let us in: {_problem(response).get('title', '')}")
        return Outcome.refused(line, *_reasons(response))

    def _answered(self, body: Json) -> httpx.Response:
        patience_ends = time.monotonic() + self._patience
        while True:
            try:
                response = self._client.post(self._path, json=body)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return response
                why = "it is not available"
            except httpx.TransportError as error:
                why = type(error).__name__
            if time.monotonic() > patience_ends:
                raise GaveUp(f"{self._client.base_url} does not answer: {why}")
            time.sleep(0.5)


def in_order(work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """``work`` done on several items at once; the results in the order of the items."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[Future[B]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _reasons(response: httpx.Response) -> list[tuple[str, str]]:
    problem = _problem(response)
    named = [(str(error.get("field", "")), str(error.get("message", ""))) for error in problem.get("errors") or ()]
    told = problem.get("detail") or problem.get("title") or f"answered {response.status_code}"
    return named or [("", str(told))]


def _problem(response: httpx.Response) -> Json:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
