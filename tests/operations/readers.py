"""People who read what was written last: each page again and again, as of the latest position."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

PAGES = ("/ideas", "/failures", "/inbox")
PAUSE = 0.7


class Readers:
    """``waited``: page → the seconds until each reading was answered, with all refusals before."""

    def __init__(self, clients):
        self.waited = {page: [] for page in PAGES}
        self._clients = clients
        self._enough = threading.Event()

    @contextmanager
    def going_on(self):
        """While in this block, and until the last of them are answered. Raises what was answered otherwise."""
        with ThreadPoolExecutor(len(PAGES)) as pool:
            reading = [pool.submit(self._read, page) for page in PAGES]
            try:
                yield
            finally:
                self._enough.set()
        for one in reading:
            one.result()

    def _read(self, page):
        while not self._enough.wait(PAUSE):
            began = time.monotonic()
            self._clients.query(page, "somebody", list(self._clients.acknowledged.values())[-1])
            self.waited[page].append(time.monotonic() - began)
