"""What was told of one service and lies in no file yet: month by month, in columns, which take less than objects do."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter

import pyarrow as pa

from chassis.recorded import Recorded
from history.columns import Told, table_of
from history.folder import UNKNOWN_MONTH
from history.manifest import Range, Reached, joined


class Gathered:
    """It goes on where partitions are; ``reached`` is how far they are with what was gathered since."""

    def __init__(self, reached: Iterable[Reached]) -> None:
        self.reached = {each.partition: each for each in reached}
        self.rows = 0
        self._months: dict[str, list[tuple[pa.Table, Range]]] = defaultdict(list)

    def add(self, page: Sequence[Told]) -> None:
        """What follows in a partition.

        What is withheld has no time of its own: it lies where the event before it does.
        """
        at, last = self.reached[page[0].partition], None
        months, month = [], at.month or UNKNOWN_MONTH
        for each in page:
            if isinstance(each, Recorded):
                month, last = _month(each.recorded_at.year, each.recorded_at.month), each
            months.append(month)
        for name, run in groupby(zip(months, page, strict=True), key=itemgetter(0)):
            told = [each for _, each in run]
            within = Range(partition=at.partition, first=told[0].position, last=told[-1].position)
            self._months[name].append((table_of(told), within))
        at = dataclasses.replace(at, position=page[-1].position)
        if last is not None:
            at = dataclasses.replace(at, told=last.position, id=last.id, month=month)
        self.reached[at.partition] = at
        self.rows += len(page)

    def taken(self) -> Iterator[tuple[str, pa.Table, Sequence[Range]]]:
        """Each month, its rows, and where they lie; nothing is left then."""
        months, self._months, self.rows = self._months, defaultdict(list), 0
        for month, pieces in sorted(months.items()):
            yield month, pa.concat_tables(table for table, _ in pieces), joined(within for _, within in pieces)


@cache
def _month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"
