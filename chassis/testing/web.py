"""A service's API called in process: its app over a temporary store, people with tokens, a worker in this thread.

::

    @pytest.fixture
    def ideas(tmp_path):
        with Api(SERVICE, ROUTES, tmp_path, problem_texts=[PROBLEMS]) as api:
            yield api

    def test_…(ideas):
        karin, bengt = ideas.as_("employee"), ideas.as_("employee", "decider@vof", sub="bengt", unit="vof")
        idea = karin.post("/ideas", {"title": …}).json["idea_id"]         # raises unless the answer is 2xx
        bengt.post(f"/ideas/{idea}/review", {}, expect=409).slug == "…"
        ideas.catch_up()
        karin.get("/ideas").json["items"]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from chassis.processing.source import OwnStore, Source
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.store.protocol import Head
from chassis.store.sqlite import SqliteStore
from chassis.tokens import Tokens
from chassis.web import Routes, create_app
from chassis.worker import Worker

TOKENS = Tokens(key=b"k" * 32, secret=b"s" * 32)
Json = Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the API answered."""

    status: int
    json: Json
    headers: Mapping[str, str]

    @property
    def slug(self) -> str:
        """Of a problem document, its slug."""
        return str(self.json["type"]).rpartition("/")[2]

    @property
    def etag(self) -> str:
        """As If-Match takes it."""
        return self.headers["ETag"]

    @property
    def position(self) -> str:
        """As If-Position takes it."""
        return self.headers["Event-Position"]


class Silent:
    """``chassis.processing.source.Source`` of a service in which nothing has happened."""

    def __init__(self, service: str) -> None:
        self.service = service

    def heads(self) -> Mapping[int, Head]:
        """One partition, empty."""
        return {0: Head()}

    def ends(self) -> Mapping[int, int]:
        """Not known."""
        return {}

    def at(self, partition: int, position: int) -> Head | None:
        """Nothing."""
        return None

    def read(self, partition: int, after: Head, limit: int = 500) -> list[Recorded]:
        """Nothing."""
        return []

    def wait(self, after: Mapping[int, Head], timeout: float) -> bool:
        """In vain."""
        return False

    def close(self) -> None:
        """Nothing is held."""


class Api:
    """One service: its app, its store, its worker in this very thread.

    Of ``sources`` that are not given nothing is heard.
    """

    def __init__(
        self,
        service: Service,
        routes: Iterable[Routes],
        folder: Path,
        *,
        problem_texts: Iterable[Path] = (),
        sources: Mapping[str, Source] | None = None,
    ) -> None:
        self.service = service
        self.store = SqliteStore(folder / f"{service.name}.sqlite", service.name, master_key=bytes(32))
        self.app = create_app(service, routes, self.store, tokens=TOKENS, problem_texts=problem_texts)
        silent = {name: Silent(name) for name in service.consumes}
        self.worker = Worker(service, self.store, {**silent, **(sources or {})}, "test")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def as_(self, *roles: str, sub: str = "karin", unit: str | None = "vof", language: str = "sv") -> Somebody:
        """Somebody with these roles; the same ``sub`` is the same person."""
        return Somebody(self, TOKENS.sign(sub, roles, unit=unit), TOKENS.person_id(sub), language)

    def machine(self, name: str = "importer") -> Somebody:
        """A machine, with role service."""
        return Somebody(self, TOKENS.sign(name, ["service"]), name, "en")

    def catch_up(self) -> None:
        """Let read models and reactions see all that has happened, here and in the sources."""
        self.worker.catch_up()

    def source(self) -> Source:
        """This service's history, for the ``sources`` of another."""
        return OwnStore(self.store)


class Somebody:
    """A caller with a token of their own; ``person_id`` is what the platform knows them by."""

    def __init__(self, api: Api, token: str, person_id: str, language: str) -> None:
        self.person_id = person_id
        self._client = api.app.test_client()
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}

    def get(self, path: str, *, expect: int | None = None, headers: Mapping[str, str] | None = None) -> Answered:
        """Ask."""
        return self.send("GET", path, None, expect=expect, headers=headers)

    def post(
        self, path: str, body: Json = None, *, expect: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Give a command."""
        return self.send("POST", path, body, expect=expect, headers=headers)

    def put(
        self, path: str, body: Json = None, *, expect: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Give a command that may be given twice."""
        return self.send("PUT", path, body, expect=expect, headers=headers)

    def patch(
        self, path: str, body: Json = None, *, expect: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Change what was read."""
        return self.send("PATCH", path, body, expect=expect, headers=headers)

    def delete(self, path: str, *, expect: int | None = None, headers: Mapping[str, str] | None = None) -> Answered:
        """Take back."""
        return self.send("DELETE", path, None, expect=expect, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        expect: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Any request; AssertionError unless it is answered as expected (2xx or 304 if nothing is said)."""
        answered = self.ask(method, path, body, headers=headers)
        right = answered.status == expect if expect else answered.status < 300 or answered.status == 304
        assert right, f"{method} {path} answered {answered.status}: {answered.json}"
        return answered

    def ask(self, method: str, path: str, body: Json = None, *, headers: Mapping[str, str] | None = None) -> Answered:
        """Any request, and whatever is answered."""
        response = self._client.open(path, method=method, json=body, headers={**self._headers, **(headers or {})})
        return Answered(
            status=response.status_code, json=response.get_json(silent=True), headers=dict(response.headers)
        )
