"""Proving a folder: every file is what the manifest says, nothing is missing or there twice, every event is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from cattrs import BaseValidationError

from chassis.recorded import Position, Recorded
from contracts.event import UnknownEventType, UnknownEventVersion
from history.errors import WrongFolder
from history.folder import EVENTS, Folder, hash_of
from history.manifest import Manifest, Part, missing

Show = Callable[[int, int], None]


def wrong(folder: Folder, show: Show) -> Iterator[str]:
    """What is wrong, a sentence each; nothing where all is well. Raises WrongFolder where there is no manifest."""
    manifest = folder.manifest()
    yield from _strangers(folder, manifest)
    for service, reached in manifest.services.items():
        for at in missing(reached, manifest.parts, service):
            yield f"{at}: is missing, or is there twice"
    done = 0
    ids: set[str] = set()
    for part in manifest.parts:
        try:
            yield from _wrong_in(folder, part, ids)
        except WrongFolder as error:
            yield str(error)
        done += part.rows
        show(done, manifest.events)
    yield from _other_ends(manifest, ids)


def _strangers(folder: Folder, manifest: Manifest) -> Iterator[str]:
    named = {folder.path / part.path for part in manifest.parts}
    for place in sorted((folder.path / EVENTS).rglob("*.parquet")):
        if place not in named:
            yield f"{place}: no manifest names it (of a pull that was ended; the next one removes it)"


def _wrong_in(folder: Folder, part: Part, ids: set[str]) -> Iterator[str]:
    place = folder.path / part.path
    if not place.exists():
        yield f"{place}: is not there"
        return
    if (size := place.stat().st_size) != part.bytes:
        yield f"{place}: has {size} bytes, the manifest says {part.bytes}"
        return
    if hash_of(place) != part.sha256:
        yield f"{place}: is not what was written (SHA-256)"
        return
    at = iter(_positions(part))
    for told in folder.told(part):
        expected = next(at, None)
        if (told if isinstance(told, Position) else told.at) != expected:
            yield f"{place}: has {told!r} where {expected} belongs"
            return
        if isinstance(told, Recorded):
            yield from _wrong_with(place, part, told, ids)
    if next(at, None) is not None:
        yield f"{place}: has fewer rows than the manifest says"


def _wrong_with(place: Path, part: Part, told: Recorded, ids: set[str]) -> Iterator[str]:
    if told.id in ids:
        yield f"{place}: {told.at} has an id that another event has"
    ids.add(told.id)
    if f"{told.recorded_at:%Y-%m}" != part.month:
        yield f"{place}: {told.at} was recorded in another month"
    try:
        _ = told.event
    except (UnknownEventType, UnknownEventVersion):
        yield f"{place}: {told.at}: {told.type} is not known to this release"
    except (BaseValidationError, ValueError, TypeError, KeyError) as error:
        yield f"{place}: {told.at}: does not fit the contract of {told.type} ({type(error).__name__})"


def _positions(part: Part) -> Iterator[Position]:
    for each in part.ranges:
        yield from (Position(part.service, each.partition, n) for n in range(each.first, each.last + 1))


def _other_ends(manifest: Manifest, ids: set[str]) -> Iterator[str]:
    """Where the last event is another than the manifest says: the next pull would go on from a wrong place."""
    for service, reached in manifest.services.items():
        for each in reached:
            if each.told and each.id not in ids:
                yield f"{Position(service, each.partition, each.told)}: is not the event that the manifest says"
