"""How many requests may wait at once, and for how long: until something happens, or this process is asked to end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Waiting:
    """Places for requests that wait: reads of a position and long polls together, so that the other threads go on.

    Who waits does so in short turns and stops when ``ended``: a process that is asked to end must not wait for them.
    """

    def __init__(self, most: int) -> None:
        self._places = threading.Semaphore(most)
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether nobody shall wait any longer."""
        return self._ended.is_set()

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place for the length of the block; False when all are taken or all is ending: then answer at once."""
        taken = not self.ended and self._places.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._places.release()

    def end(self) -> None:
        """Let nobody wait from now on."""
        self._ended.set()
