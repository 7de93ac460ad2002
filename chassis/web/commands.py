"""A command over HTTP: who and what, carried out, and what came of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4, uuid5

import orjson
from flask import Response, request
from marshmallow import Schema

from chassis.decider import Decider, Request, Work, handle
from chassis.errors import Invalid, Malformed, NotAllowed, VersionNeeded
from chassis.store.protocol import Answer, CommandKey
from chassis.web.bodies import read_body
from chassis.web.positions import heads
from chassis.web.runtime import caller, metadata, runtime
from chassis.web.schemas import load, load_path, schema_of
from contracts.event import converter

Subject = str | Callable[[Any], str]
_KEY = re.compile(r"\A[\x21-\x7e]{1,200}\Z")
_AND = ","
_SAME = UUID("3f1d0a52-7f0e-4a67-9d0b-5c7a8c1d2e90")
_VERSION = re.compile(r"\A\d{1,15}\Z")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where each field of a command class comes from."""

    kind: type[Any]
    body: Schema
    path: Schema
    fresh: Mapping[str, str | None]
    """Field → None for one new id, or the field of the body for each item of which there is one."""
    same_for: Mapping[str, str]
    """Field → the field of the body that makes its id, where that is given."""
    given: tuple[str, ...]

    @classmethod
    def of(cls, kind: type[Any], path_names: tuple[str, ...]) -> Shape:
        """Of a command at a path; TypeError if a given field can be filled by nothing."""
        places = {f.name: f.metadata.get("given") for f in dataclasses.fields(kind)}
        given = tuple(name for name, place in places.items() if place == "context")
        required = {f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING}
        if lost := [n for n in given if n in required and n not in ("by", "at", *path_names)]:
            raise TypeError(f"{kind.__name__}: nothing at this path fills {', '.join(lost)}")
        return cls(
            kind=kind,
            body=schema_of(kind, tuple(name for name, place in places.items() if place is None)),
            path=schema_of(kind, tuple(name for name in given if name in path_names), f"{kind.__name__}Path"),
            fresh={f.name: f.metadata.get("each_of") for f in dataclasses.fields(kind) if places[f.name] == "fresh"},
            same_for={f.name: made for f in dataclasses.fields(kind) if (made := f.metadata.get("same_for"))},
            given=given,
        )

    @property
    def answered(self) -> Mapping[str, bool]:
        """The ids that are answered with, and whether each is a list."""
        return {name: self.fresh.get(name) is not None for name in (*self.path.fields, *self.fresh)}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CommandRoute:
    """One command at one path."""

    rule: str
    shape: Shape
    work: Callable[[Any], Work]
    decider: Decider[Any]
    subject: Subject
    status: int
    if_match: bool
    versioned: bool = True
    """Whether what it makes or changes is that aggregate, so that its version says something to whoever asks."""

    def answer(self, path: Mapping[str, str]) -> Response:
        """Carry out what the request wants; raises every refusal there is."""
        command, ids = self._command(path)
        stream = self.decider.stream(subject_of(self.subject, command))
        now = runtime()
        wanted = Request(
            metadata=metadata(),
            key=_key(),
            expected=self._expected(stream),
            occurred_at=_occurred_at(command),
            status=self.status,
            ids=ids,
            absent=frozenset([stream] if self._makes_its_subject(command) else []),
        )
        done = handle(now.store, lambda attempt: self.work(command)(attempt), wanted, now.memory)
        return self._respond(done, command, path)

    def _makes_its_subject(self, command: Any) -> bool:
        """Whether the aggregate's id was made here, by chance, so that nothing can have happened to it."""
        name, shape = self.subject, self.shape
        if not isinstance(name, str) or name not in shape.fresh or shape.fresh[name] is not None:
            return False
        return getattr(command, shape.same_for.get(name, ""), None) is None

    def _command(self, path: Mapping[str, str]) -> tuple[Any, dict[str, str]]:
        ids = load_path(self.shape.path, path)
        fields = {**ids, **load(self.shape.body, read_body())}
        for name, each_of in self.shape.fresh.items():
            fields[name] = (
                self._new_id(name, fields) if each_of is None else tuple(str(uuid4()) for _ in fields[each_of])
            )
            ids[name] = fields[name] if each_of is None else _AND.join(fields[name])
        context = {"by": caller(), "at": datetime.now(UTC)}
        fields |= {name: value for name, value in context.items() if name in self.shape.given}
        command = self.shape.kind(**fields)
        _check_units(command)
        return command, ids

    def _new_id(self, name: str, fields: Mapping[str, Any]) -> str:
        made_by = fields.get(self.shape.same_for.get(name, ""))
        return str(uuid4() if made_by is None else uuid5(_SAME, f"{name}\x1f{converter.dumps(made_by).decode()}"))

    def _expected(self, stream: str) -> dict[str, int]:
        tags = request.headers.get("If-Match")
        if tags is None:
            if self.if_match:
                raise VersionNeeded("version-needed", field="If-Match")
            return {}
        if request.if_match.star_tag:
            return {}
        wanted = list(request.if_match)
        if len(wanted) != 1 or not _VERSION.match(wanted[0] or ""):
            raise Malformed("bad-version", field="If-Match")
        return {stream: int(wanted[0])}

    def _respond(self, done: Answer, command: Any, path: Mapping[str, str]) -> Response:
        """The answer; of a repeated request it names what was made the first time."""
        subject = done.ids.get(str(self.subject)) or subject_of(self.subject, command)
        stream = self.decider.stream(subject)
        version = done.versions.get(stream) if self.versioned else None
        ids = {name: self._told(name, id_) for name, id_ in done.ids.items()}
        body = ids if version is None else {**ids, "version": version}
        status = done.status if done.positions else HTTPStatus.OK  # what was there already was not created
        response = Response(orjson.dumps(body), status=status, mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        if version is not None:
            response.set_etag(str(version))
        response.headers["Event-Position"] = ", ".join(done.positions or _already(stream, done.versions.get(stream)))
        if status == HTTPStatus.CREATED and self.subject in ids and self.subject not in path:
            response.headers["Location"] = f"{self.rule}/{subject}"
        return response

    def _told(self, name: str, id_: str) -> str | list[str]:
        """An id as the answer has it; of a field that has one for each item, the list of them."""
        return [one for one in id_.split(_AND) if one] if self.shape.fresh.get(name) else id_


def subject_of(subject: Subject, command: Any) -> str:
    """The id of the aggregate that a command is about."""
    found: str = subject(command) if callable(subject) else getattr(command, subject)
    return found


def _already(stream: str, version: int | None) -> list[str]:
    """Where it became as it is: the stream's event of that version, or all that there is if nothing ever happened."""
    store = runtime().store
    found = store.read_stream(stream, after=version - 1) if version else []
    return [str(at) for at in ([found[0].at] if found else heads(store))]


def _key() -> CommandKey | None:
    """The Idempotency-Key, bound to method, path and body."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise Malformed("bad-key", field="Idempotency-Key")
    body = runtime().tokens.keyed_hash("request", request.method, request.path, request.get_data())
    return CommandKey(caller=caller().person_id, key=key, body_hash=body)


def _check_units(command: Any) -> None:
    """What nobody answers for would wait for ever; but imports tell of other organisations, too."""
    if caller().has("service"):
        return
    for field, unit in runtime().service.unknown_units(command):
        raise Invalid("no-such-unit", field=field, unit=unit)


def _occurred_at(command: Any) -> datetime | None:
    """When it happened, as an import tells; what has not happened yet is refused."""
    occurred_at: datetime | None = getattr(command, "occurred_at", None)
    if occurred_at is None:
        return None
    if not caller().has("service"):
        raise NotAllowed("occurred-at-is-for-imports", field="occurred_at")
    if occurred_at > datetime.now(UTC):
        raise Invalid("has-not-happened-yet", field="occurred_at")
    return occurred_at
