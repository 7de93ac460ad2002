"""Putting small files together: a folder that is pulled every hour would else have thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from history.folder import Folder
from history.manifest import Manifest, Part, joined

_MANY = 8
"""Files of one service and month that are left as they are."""
_LARGE = 250_000
"""Rows of a file that is left as it is, and the most that are put together."""


def compacted(folder: Folder, manifest: Manifest) -> Manifest:
    """The same events in fewer files, where there are many; what nobody names any longer is removed."""
    for together in _due(manifest.parts):
        one = _put_together(folder, manifest.next, together)
        rest = [part for part in manifest.parts if part not in together]
        manifest = manifest.of(manifest.services, [*rest, one], manifest.next + 1)
        folder.keep(manifest)
    folder.tidy(manifest)
    return manifest


def _due(parts: Iterable[Part]) -> Iterator[Sequence[Part]]:
    groups: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in parts:
        if part.rows < _LARGE:
            groups[part.service, part.month].append(part)
    for group in groups.values():
        if len(group) > _MANY:
            yield from _filled(group)


def _filled(group: Iterable[Part]) -> Iterator[Sequence[Part]]:
    """As many together as fit."""
    together: list[Part] = []
    for part in group:
        if sum(each.rows for each in together) + part.rows > _LARGE and len(together) > 1:
            yield together
            together = []
        together.append(part)
    if len(together) > 1:
        yield together


def _put_together(folder: Folder, number: int, parts: Sequence[Part]) -> Part:
    table = pa.concat_tables(folder.table(part) for part in parts)
    in_order = table.sort_by([("partition", "ascending"), ("position", "ascending")])
    ranges = joined(sorted((one for part in parts for one in part.ranges), key=lambda one: (one.partition, one.first)))
    return folder.write(number, parts[0].service, parts[0].month, in_order, ranges)
