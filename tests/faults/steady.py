"""Commands at a steady rate, for as long as something else is being disturbed."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.workload import life

PEOPLE = 2
"""Who live at the same time: some ten commands a second, which leaves a small machine time for everything else."""


class Steady:
    """Lives of ideas, one after the other; ``lived`` has what each of them left."""

    def __init__(self, clients):
        self.lived = []
        self._clients = clients
        self._numbers = itertools.count()
        self._enough = threading.Event()
        idea = {"title": "Delad", "what": "Många säger något."}
        self.shared_idea = clients.command("POST", "/ideas", "somebody", idea)["idea_id"]

    @contextmanager
    def going_on(self):
        """While in this block; then those who live end what they have begun. Raises what they were refused."""
        self._enough.clear()
        with ThreadPoolExecutor(PEOPLE) as pool:
            living = [pool.submit(self._live) for _ in range(PEOPLE)]
            try:
                yield
            finally:
                self._enough.set()
        for one in living:
            one.result()

    def _live(self):
        while not self._enough.is_set():
            self.lived.append(life(self._clients, next(self._numbers), self.shared_idea))
