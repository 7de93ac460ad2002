"""A history as CloudEvents 1.0, one JSON object a line: what other tools read, and what is kept longest."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from chassis.transport.cloudevents import as_cloud_event
from history.folder import Folder
from history.manifest import Manifest, Part, Range


def lines(folder: Folder) -> Iterator[bytes]:
    """All of it, what is withheld as marks: service by service, each partition in its order. Raises WrongFolder."""
    for part, only in _in_order(folder.manifest()):
        for told in folder.told(part, only):
            yield orjson.dumps(as_cloud_event(told), option=orjson.OPT_APPEND_NEWLINE)


def _in_order(manifest: Manifest) -> list[tuple[Part, Range]]:
    """Files that were put together may have what came before and what came after another file: their ranges count."""
    ranges = [(part, only) for part in manifest.parts for only in part.ranges]
    return sorted(ranges, key=lambda each: (each[0].service, each[1].partition, each[1].first))
