"""A history as an object-centric event log: OCEL 2.0 in its JSON format (ocel-standard.org, 2023, section 7).

Objects are ideas, experiments, lessons, challenges and units. An event is of the thing whose stream it is in, and of
whatever else it names, each once; the qualifier is the field that names it. What is one of few codes becomes an
attribute.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import orjson

from chassis.recorded import Recorded
from chassis.transport.cloudevents import rfc3339
from contracts.event import family_of, type_of
from contracts.named import named
from contracts.values import IdeaId, UnitId

OF = "of"
"""The qualifier of the thing that an event happened to."""
KINDS = ("idea", "experiment", "lesson", "challenge", "unit")
_FIELDS = {
    **{f"{kind}_id": kind for kind in KINDS},
    **{f"{kind}_ids": kind for kind in KINDS},
    "earlier_lesson_ids": "lesson",
    "duplicate_of": "idea",
    "supported_by": "experiment",
}
"""Field that holds ids → of what; all of them are UUIDs, and other fields hold those of parts of a thing."""
Json = dict[str, Any]


def log(events: Iterable[Recorded]) -> Json:
    """All of it. Raises what ``Recorded.event`` raises."""
    told = [_event(recorded) for recorded in events]
    objects = {each["objectId"] for event in told for each in event["relationships"]}
    attributes: dict[str, set[str]] = {}
    for event in told:
        attributes.setdefault(event["type"], set()).update(each["name"] for each in event["attributes"])
    return {
        "objectTypes": [{"name": kind, "attributes": []} for kind in KINDS],
        "eventTypes": [
            {"name": name, "attributes": [{"name": each, "type": "string"} for each in sorted(names)]}
            for name, names in sorted(attributes.items())
        ],
        "objects": [
            {"id": each, "type": each.partition("-")[0], "attributes": [], "relationships": []}
            for each in sorted(objects)
        ],
        "events": told,
    }


def written(events: Iterable[Recorded]) -> bytes:
    """The same as JSON."""
    return orjson.dumps(log(events))


def _event(recorded: Recorded) -> Json:
    related = {recorded.stream: OF}
    for thing, qualifier in _related(recorded.event):
        related.setdefault(thing, qualifier)
    return {
        "id": recorded.id,
        "type": family_of(recorded.type),
        "time": rfc3339(recorded.happened_at),
        "attributes": [{"name": name, "value": value} for name, value in _codes(recorded.event)],
        "relationships": [{"objectId": thing, "qualifier": qualifier} for thing, qualifier in related.items()],
    }


def _related(happening: Any) -> Iterator[tuple[str, str]]:
    for path, which in named(happening, IdeaId):
        field = next(name for name in reversed(path.split(".")) if not name.isdecimal())
        if kind := _FIELDS.get(field):
            yield f"{kind}-{which}", field
    for path, which in named(happening, UnitId):
        yield f"unit-{which}", path.partition(".")[0]


def _codes(happening: Any) -> Iterator[tuple[str, str]]:
    kind: Any = type(happening)
    for field in _of_codes(kind):
        value = getattr(happening, field)
        if isinstance(value, str):
            yield field, value


@cache
def _of_codes(kind: Any) -> tuple[str, ...]:
    """The fields of an event that may hold a code."""
    return tuple(f.name for f in dataclasses.fields(kind) if _is_code(type_of(kind, f.name)))


def _is_code(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return False
    return get_origin(hint) is Literal or any(_is_code(arm) for arm in get_args(hint))
