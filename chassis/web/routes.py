"""Routes: where a service's commands and queries are found. What they take and give is read from their signatures."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, get_type_hints

from flask import Response
from flask_smorest import Blueprint

from chassis.decider import Decider, Work, change
from chassis.processing.read_model import ReadModel
from chassis.web.commands import CommandRoute, Shape, Subject, subject_of
from chassis.web.documents import of_command, of_query, summary_of
from chassis.web.queries import QueryRoute
from chassis.web.read import Read
from chassis.web.schemas import schema_of

S = TypeVar("S")
C = TypeVar("C")
Q = TypeVar("Q")
A = TypeVar("A")
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([a-z_]+)>")


class Routes(Blueprint):  # type: ignore[misc]
    """A group of routes, documented under one name."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, description=description)

    def decision(
        self,
        method: str,
        rule: str,
        decider: Decider[S],
        decide: Callable[[Any, S | None], Sequence[object]],
        *,
        subject: Subject | None = None,
        status: int = 200,
        if_match: bool = False,
    ) -> None:
        """The usual command: one aggregate, one decision, whose first parameter is annotated with the command class.

        ``subject`` names the field that holds the aggregate's id (``<category>_id`` unless said), or gives it from
        the command. ``if_match``: 428 without If-Match.
        """
        where = subject or f"{decider.category}_id"

        def work(command: Any) -> Work:
            return change(decider, subject_of(where, command), lambda state: decide(command, state))

        shape = Shape.of(_hints(decide)["command"], _parameters(rule))
        route = CommandRoute(
            rule=rule, shape=shape, work=work, decider=decider, subject=where, status=status, if_match=if_match
        )
        self._command(method, decide, route)

    def command(
        self,
        method: str,
        rule: str,
        kind: type[C],
        decider: Decider[Any],
        *,
        subject: Subject | None = None,
        status: int = 200,
        if_match: bool = False,
        versioned: bool = True,
    ) -> Callable[[Callable[[C], Work]], Callable[[C], Work]]:
        """A command that reads more than one aggregate; ``decider`` is the one that it is about.

        ``versioned``: answer with that one's version; not where what is made is something else, and several of it.
        """

        def register(work: Callable[[C], Work]) -> Callable[[C], Work]:
            where = subject or f"{decider.category}_id"
            shape = Shape.of(kind, _parameters(rule))
            route = CommandRoute(
                rule=rule,
                shape=shape,
                work=work,
                decider=decider,
                subject=where,
                status=status,
                if_match=if_match,
                versioned=versioned,
            )
            self._command(method, work, route)
            return work

        return register

    def query(
        self, rule: str, *, of: Sequence[ReadModel[Any]] = ()
    ) -> Callable[[Callable[[Q, Read], A]], Callable[[Q, Read], A]]:
        """A query; ``of`` names the read models that it reads, for which If-Position waits."""

        def register(ask: Callable[[Q, Read], A]) -> Callable[[Q, Read], A]:
            asked = _hints(ask)["asked"]
            names = _parameters(rule)
            query = tuple(f.name for f in dataclasses.fields(asked) if f.name not in names)
            route = QueryRoute(
                rule=rule,
                of=tuple(of),
                asked=asked,
                query=schema_of(asked, query),
                path=schema_of(asked, names, f"{asked.__name__}Path"),
                ask=ask,
            )

            def view(**path: str) -> Response:
                return route.answer(path)

            self._add("GET", rule, ask, view, of_query(route.path, route.query, _hints(ask)["return"]))
            return ask

        return register

    def _command(self, method: str, told: Callable[..., Any], route: CommandRoute) -> None:
        def view(**path: str) -> Response:
            return route.answer(path)

        shape = route.shape
        doc = of_command(
            shape.path, shape.body, shape.answered, route.status, if_match=route.if_match, versioned=route.versioned
        )
        self._add(method, route.rule, told, view, doc)

    def _add(
        self, method: str, rule: str, told: Callable[..., Any], view: Callable[..., Response], doc: dict[str, Any]
    ) -> None:
        view.__name__ = told.__name__
        name = f"{self.name}-{told.__name__.strip('_').replace('_', '-')}"
        documented = self.doc(**doc, **summary_of(inspect.getdoc(told)), operationId=name)(view)
        self.route(rule, methods=[method])(documented)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


def _parameters(rule: str) -> tuple[str, ...]:
    return tuple(_PARAMETER.findall(rule))
