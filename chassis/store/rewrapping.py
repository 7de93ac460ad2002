"""Another master key takes the place of the one that persons' keys are wrapped by, some hundred of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from chassis.keyring import KeyRing
from chassis.store.sealing import KeyOf, rewrapped

AT_ONCE = 500
Counts = tuple[int, int, int]
"""Of keys that are to be wrapped anew: how many were, how many were looked at, and of how many."""
Execute = Callable[[str, tuple[Any, ...]], Iterable[Any]]


class Queries(NamedTuple):
    """How a database counts the keys that are there, gives those behind (person, scope), and changes one of them."""

    how_many: str
    following: str
    change: str


def rewrap_some(
    execute: Execute, queries: Queries, master: KeyRing, after: KeyOf | None, counts: Counts
) -> tuple[KeyOf | None, Counts]:
    """Of the keys behind this one, wrap those by the master key that another has wrapped.

    Gives the last that was looked at, None at the end, and the counts so far.
    """
    changed, looked_at, there = counts
    if after is None:
        ((there,),) = execute(queries.how_many, ())
    found = [
        (KeyOf(person, scope), kept)
        for person, scope, kept in execute(
            queries.following, (*((after.person, after.scope) if after else ("", "")), AT_ONCE)
        )
    ]
    for whose, kept in found:
        if wrapped := rewrapped(master, kept, whose):
            execute(queries.change, (wrapped, whose.person, whose.scope, kept))  # unless it is destroyed meanwhile
            changed += 1
    return (found[-1][0] if found else None), (changed, looked_at + len(found), there)
