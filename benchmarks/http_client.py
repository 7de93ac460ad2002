"""A client that costs little: one connection that is kept, and requests that are as they are given."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from http.client import HTTPConnection
from uuid import uuid4

import orjson

from nyfiken.layout import HOST

_PATIENCE = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Somebody with a token, in front of one service."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=_PATIENCE)
        self._headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: object) -> Answer:
        """Give a command, with a key of its own; RuntimeError unless something was made or done."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        answer = self._request("POST", path, orjson.dumps(body), headers)
        if answer.status not in (200, 201):
            raise RuntimeError(f"POST {path}: {answer.status} {answer.body.decode()}")
        return answer

    def get(self, path: str) -> Answer:
        """Ask; RuntimeError unless there is an answer."""
        answer = self._request("GET", path, None, {})
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status} {answer.body.decode()}")
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        self._connection.request(method, path, body, {**self._headers, **headers})
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())
