"""A history as CloudEvents 1.0, one JSON object a line: what other tools read, and what is kept longest."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from chassis.transport.cloudevents import as_cloud_event
from history.folder import UNKNOWN_MONTH, Folder
from history.manifest import Part


def lines(folder: Folder) -> Iterator[bytes]:
    """All of it, what is withheld as marks, each partition in its order. Raises WrongFolder."""
    for part in sorted(folder.manifest().parts, key=_in_order):
        for told in folder.told(part):
            yield orjson.dumps(as_cloud_event(told), option=orjson.OPT_APPEND_NEWLINE)


def _in_order(part: Part) -> tuple[str, str, str]:
    """What lies in no month was withheld before anything was told."""
    return part.service, "" if part.month == UNKNOWN_MONTH else part.month, part.path
