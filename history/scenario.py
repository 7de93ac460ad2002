"""What if: a history with events left out, changed and added, to be asked and replayed beside the one that was.

A scenario is nowhere but in the memory of who asks. What is made up has partition -1, which no service has.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from chassis.recorded import Recorded
from history.columns import SCHEMA, table_of

PARTITION = -1
"""Of what is made up."""
WITH_SERVICE = SCHEMA.append(pa.field("service", pa.string()))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is otherwise: the ids of events that are left out, and events that are added, in the order of their time."""

    name: str = ""
    left_out: frozenset[str] = frozenset()
    added: Sequence[Recorded] = ()

    def without(self, table: pa.Table) -> pa.Table:
        """These rows, but for those that are left out."""
        if not self.left_out:
            return table
        return table.filter(pc.invert(pc.is_in(table.column("id"), pa.array(sorted(self.left_out), pa.string()))))

    def months(self) -> set[str]:
        """Those in which something is added."""
        return {f"{each.recorded_at:%Y-%m}" for each in self.added}

    def of_month(self, month: str) -> Iterator[tuple[str, pa.Table]]:
        """What is added in a month: each service, and its rows."""
        here = [each for each in self.added if f"{each.recorded_at:%Y-%m}" == month]
        for service in sorted({each.service for each in here}):
            yield service, table_of([each for each in here if each.service == service])

    def table(self) -> pa.Table:
        """All that is added, and of which service each is."""
        services = pa.array([each.service for each in self.added], pa.string())
        return table_of(self.added).append_column("service", services)


AS_IT_WAS = Scenario()
"""Nothing is otherwise."""
