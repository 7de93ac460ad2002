"""Who may do what, as a table that people read and a test walks over a service's real app.

Each service has its table in ``tests/services/<service>/who_may.py``::

    WHO_MAY = WhoMay(
        program=PROGRAM,
        people={"author": who("karin", "employee"), "decider": who("bengt", "employee", "decider@vof"), …},
        table='''
                                              author decider …
            PATCH /ideas/{idea_id}            ✓      ·
            POST  /ideas/{idea_id}/review     ·      ·
        ''',
        situation=situation,
    )

✓ may: answered 2xx. · may not: answered 403, 404 where it is not even to be known, or 409 with a slug of ``own``
(nobody supports their own idea). ``situation(world, route)`` makes what the route is about, in a state in which
somebody may, and gives the path's parameters (``?``: a query) and a body.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from chassis.program import Program
from chassis.recorded import Metadata
from chassis.store.protocol import Append, Change, NewEvent
from chassis.testing.web import TOKENS, Api, Somebody

MAY, MAY_NOT = "✓", "·"


@dataclasses.dataclass(frozen=True)
class Who:
    """Somebody by name, with roles."""

    name: str
    roles: tuple[str, ...]
    unit: str | None


def who(name: str, *roles: str, unit: str | None = "vof") -> Who:
    """Somebody; the same name is the same person, whatever roles they have today."""
    return Who(name, roles, unit)


class World:
    """A service in which situations are made."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.api = Api(program.service, program.routes, folder, problem_texts=[program.problems])
        self.api.catch_up()

    def somebody(self, who: Who) -> Somebody:
        """With a token."""
        if "service" in who.roles:
            return self.api.machine(who.name)
        return self.api.as_(*who.roles, sub=who.name, unit=who.unit)

    def happened(self, stream: str, *events: object) -> None:
        """Let this have happened to something new; people are named as in the table."""
        new = [NewEvent(id=str(uuid4()), event=event, metadata=Metadata()) for event in events]
        self.api.store.append(Append(changes=[Change(stream=stream, expected=0, events=new)]))


def person(name: str) -> str:
    """The id of somebody in the table."""
    return TOKENS.person_id(name)


def retold(event: Any, instead: Mapping[str, str]) -> Any:
    """The same event of other things and people: each of these texts replaced, wherever it is a whole value."""
    if isinstance(event, str):
        return instead.get(event, event)
    if isinstance(event, tuple):
        return tuple(retold(part, instead) for part in event)
    if dataclasses.is_dataclass(event) and not isinstance(event, type):
        fields = {f.name: retold(getattr(event, f.name), instead) for f in dataclasses.fields(event)}
        return type(event)(**fields)
    return event


Situation = Callable[[World, str], tuple[Mapping[str, str], Any]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class WhoMay:
    """A service's table, and how its situations are made."""

    program: Program
    people: Mapping[str, Who]
    table: str
    situation: Situation
    own: frozenset[str] = frozenset()
    """Slugs that refuse somebody for whose it is."""

    def rows(self) -> Mapping[str, Mapping[str, str]]:
        """``POST /ideas`` → column → mark."""
        head, *lines = (line for line in self.table.splitlines() if line.strip())
        columns = head.split()
        rows = {}
        for line in lines:
            method, path, *marks = line.split()
            assert f"{method} {path}" not in rows, f"{method} {path} is there twice"
            rows[f"{method} {path}"] = dict(zip(columns, marks, strict=True))
        return rows

    def found(self, world: World, route: str) -> Mapping[str, str]:
        """What the app does: column → mark, or what else was answered."""
        marks, made = {}, None
        for column, who in self.people.items():
            made = made or self.situation(world, route)
            marks[column] = self._mark(world, route, who, made)
            if marks[column] != MAY_NOT:  # it is no longer as it was
                made = None
        return marks

    def _mark(self, world: World, route: str, who: Who, made: tuple[Mapping[str, str], Any]) -> str:
        method, path = route.split()
        parameters, body = made
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        asked = path.format(**parameters) + parameters.get("?", "")
        answered = world.somebody(who).ask(method, asked, body, headers=headers)
        if answered.status < 300:
            return MAY
        refused = answered.status in (403, 404) or answered.slug in self.own
        return MAY_NOT if refused else f"{answered.status} {answered.slug}: {answered.json['errors']}"
