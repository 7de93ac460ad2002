"""The web process: gunicorn with one process that answers, in threads, and one that watches over it."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import socket
import sys
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger
from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, LimitRequestHeaders, LimitRequestLine
from gunicorn.http.errors import ParseException as CannotBeRead
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from chassis import tracing
from chassis.process import USAGE
from chassis.room import take_room
from chassis.settings import Listening, WrongSetting
from chassis.store.protocol import Store, WrongStore

if TYPE_CHECKING:
    from flask import Flask

    from chassis.process import Process
    from chassis.program import Program

GRACE = 6
"""Seconds that requests get to be answered in after the process was asked to end."""
_PATIENCE = 3.0
"""Seconds in which the port must be free."""
_KEPT = 65
"""Seconds that an idle connection is kept: longer than any client of ours keeps it."""
_LONGEST_LINE = 8190
"""Bytes of method, path and query together; what gunicorn takes at most."""
_TOO_LONG = {
    LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "address-too-long"),
    LimitRequestHeaders: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large"),
}
_MEMORY = Path("/dev/shm")  # noqa: S108 - where gunicorn's sign of life costs no disk


def serve(process: Process, listening: Listening) -> None:
    """Answer requests until told to end. Raises WrongSetting where it cannot listen.

    What cannot be worked on is said in one line by the process that would answer, and this one ends with that, too.
    """
    for name, port in listening.ports.items():
        _must_be_free(name, listening.host, port)
    watching = os.getpid()
    try:
        _Server(process, listening).run()
    except SystemExit as end:
        if os.getpid() == watching and end.code == Arbiter.APP_LOAD_ERROR:
            sys.exit(USAGE)
        raise


def _must_be_free(setting: str, host: str, port: int) -> None:
    """Whoever answered there before may be about to end; who does not is another."""
    patience_ends = time.monotonic() + _PATIENCE
    while reason := _taken(host, port):
        if reason != os.strerror(errno.EADDRINUSE) or time.monotonic() > patience_ends:
            raise WrongSetting(f"{setting}, at {host}:{port}: {reason}")
        time.sleep(0.1)


def _taken(host: str, port: int) -> str:
    """Why nobody can listen there now, or nothing."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return ""
    except OSError as error:
        return os.strerror(error.errno) if error.errno and error.errno > 0 else "there is no such place"


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, process: Process, listening: Listening) -> None:
        self._process = process
        self._listening = listening
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": [f"{self._listening.host}:{port}" for port in self._listening.ports.values()],
            "workers": 1,
            "threads": self._listening.threads,
            "worker_class": _Worker,
            "worker_tmp_dir": str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None,
            "graceful_timeout": GRACE,
            "keepalive": _KEPT,
            "limit_request_line": _LONGEST_LINE,
            "control_socket_disable": True,
            "logger_class": _Log,
            "umask": 0o077,
            "worker_exit": lambda _server, _worker: tracing.end(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app; made after the fork, since connections to a database are not shared between processes."""
        take_room()
        program = self._process.program()
        tracing.start(self._process.settings.traces, program.service.name, "web")
        try:
            app = self._app(program, program.adapters.store(self._process, program.service.name))
        except WrongStore as error:
            raise AppImportError(str(error)) from None
        gc.freeze()  # as in a worker
        return app

    def _app(self, program: Program, store: Store) -> Flask:
        from chassis.web import create_app

        return create_app(
            program.service,
            program.routes,
            store,
            tokens=self._process.tokens(),
            problem_texts=(program.problems,),
            waiting=self._listening.waiting,
            health_port=self._listening.health_port,
        )


class _Worker(ThreadWorker):  # type: ignore[misc]
    def handle_exit(self, sig: int, frame: object) -> None:
        """Asked to end: let nobody wait any longer, and answer the others."""
        from chassis.web.runtime import EXTENSION

        if app := getattr(self, "wsgi", None):  # it may be loading still
            waiting = app.extensions[EXTENSION].waiting
            threading.Thread(target=waiting.end).start()  # not here: this thread may hold the lock just now
        super().handle_exit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """What cannot be read reaches no app, and is answered with a problem document all the same."""
        ours = isinstance(exc, (InvalidResponseHeader, InvalidResponseHeaderName))
        if ours or not isinstance(exc, CannotBeRead):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning(f"cannot be read: {type(exc).__name__}")
        with contextlib.suppress(OSError):  # nobody may be there any longer
            write_nonblock(client, _unreadable(exc))


def _unreadable(error: CannotBeRead) -> bytes:
    """A whole answer. Nobody knows which language is wanted, so it is told in both."""
    from chassis.web.problems import MEDIA_TYPE, TITLES
    from chassis.web.texts import Texts

    status, slug = _TOO_LONG.get(type(error), (HTTPStatus.BAD_REQUEST, "bad-request"))
    problem = {
        "type": f"/problems/{slug}",
        "title": " / ".join(TITLES.get(status, TITLES[HTTPStatus.BAD_REQUEST])),
        "status": status,
        "detail": " / ".join(Texts().text(slug, language, {"most": _LONGEST_LINE}) for language in ("sv", "en")),
        "instance": "",
        "errors": [],
    }
    body = orjson.dumps(problem)
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Log(Logger):  # type: ignore[misc]
    """What gunicorn says goes where everything goes; what a request was about stays out of it."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:
        self.error_log.warning(msg.partition(" from ip=")[0], *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        self.error_log.error(msg.partition(":")[0].replace("%s", "…"), exc_info=True)
