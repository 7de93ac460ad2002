"""A key while another takes its place."""

from __future__ import annotations

from collections.abc import Iterable


class KeyRing(bytes):
    """A key, by which everything new is made, and ``others``, by which what was made earlier or elsewhere is good."""

    others: tuple[bytes, ...]

    def __new__(cls, key: bytes, others: Iterable[bytes] = ()) -> KeyRing:
        """As one; of a key that is one already, the same."""
        if isinstance(key, cls) and not others:
            return key
        made = super().__new__(cls, key)
        made.others = tuple(others)
        return made

    @property
    def every(self) -> tuple[bytes, ...]:
        """The key and the others, in the order in which they are tried."""
        return (bytes(self), *self.others)
