"""Notices between processes that something was appended, by NOTIFY: sent after the commit, never with it.

NOTIFY inside a write transaction makes all commits queue; so each process sends its own from one thread, over one
connection, and several appends at once share one. A notice may be lost, as with the connection: whoever waits looks
again after a while all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog

from chassis.logs import reason_of
from chassis.store.postgres.connections import Raw

log = structlog.get_logger("store")
_CHANNEL = "appended"
_PAUSE = 1.0
"""Seconds until a connection that was lost is tried again."""
_TURN = 0.5
"""Seconds after which a thread looks whether it is to end."""
_GAP = 0.01
"""Seconds between two notices: what is appended meanwhile shares the next. Each costs nearly as much as an append."""


class Notices:
    """One channel of one database. Both threads begin when they are first needed."""

    def __init__(self, connect: Callable[[], Raw], heard: Callable[[], None]) -> None:
        self._connect = connect
        self._heard = heard
        self._ended = threading.Event()
        self._due = threading.Event()
        self._sending = _Once(self._send)
        self._listening = _Once(self._listen)
        self.hears = False
        """Whether notices come in now."""

    def send(self) -> None:
        """Tell the other processes soon."""
        self._due.set()
        self._sending.begin()

    def listen(self) -> None:
        """Begin to hear what other processes send."""
        self._listening.begin()

    def close(self) -> None:
        """End both threads."""
        self._ended.set()
        self._due.set()

    def _send(self) -> None:
        self._connected(self._send_over)

    def _send_over(self, connection: Raw) -> None:
        while not self._ended.is_set():
            if self._due.wait(_TURN):
                self._due.clear()
                connection.execute(f"NOTIFY {_CHANNEL}")
                self._ended.wait(_GAP)

    def _listen(self) -> None:
        self._connected(self._listen_over)

    def _listen_over(self, connection: Raw) -> None:
        connection.execute(f"LISTEN {_CHANNEL}")
        self.hears = True
        self._heard()  # of what came before it
        while not self._ended.is_set():
            if list(connection.notifies(timeout=_TURN, stop_after=1)):
                self._heard()

    def _connected(self, work: Callable[[Raw], None]) -> None:
        """Work over a connection of its own, and over another when that is lost, until told to end."""
        while not self._ended.is_set():
            try:
                with self._connect() as connection:
                    work(connection)
            except psycopg.Error as error:
                log.info("notices-interrupted", reason=reason_of(error))
                self.hears = False
                self._ended.wait(_PAUSE)


class _Once:
    """A thread that is started when it is first needed."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._begun = False

    def begin(self) -> None:
        if self._begun:
            return
        with self._lock:
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._work, name="notices", daemon=True).start()
