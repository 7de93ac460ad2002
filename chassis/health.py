"""What a worker shows on a port of its own, for whoever watches over it: /healthz, /readyz and /metrics.

Where web and worker share a machine nobody needs it, for there web shows the figures of both.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import structlog

from chassis.settings import WrongSetting

log = structlog.get_logger("health")
_JSON = "application/json"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer: its status, what kind of text it is, and the text."""

    status: HTTPStatus
    media_type: str
    body: bytes

    @classmethod
    def json(cls, found: Mapping[str, Any], *, ok: bool = True) -> Shown:
        """200, or 503 where it is not ``ok``."""
        status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
        return cls(status=status, media_type=_JSON, body=orjson.dumps(found))


class HealthServer:
    """Answers each path with what its function finds, in threads of its own, from now on until it is closed.

    Raises WrongSetting where it cannot listen.
    """

    def __init__(self, host: str, port: int, paths: Mapping[str, Callable[[], Shown]]) -> None:
        try:
            self._server = _Server((host, port), paths)
        except OSError as error:
            raise WrongSetting(f"NYFIKEN_HEALTH_PORT, at {host}:{port}: {error.strerror}") from None
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], paths: Mapping[str, Callable[[], Shown]]) -> None:
        self.paths = paths
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """As always, without asking a name server what this machine is called."""
        super(ThreadingHTTPServer, self).server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked may have gone away meanwhile, which is no matter; anything else is told."""
        error = sys.exception()
        if not isinstance(error, OSError):
            log.error("health", exc_info=error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10
    """Seconds in which a request must have come."""

    def do_GET(self) -> None:
        path, _, _ = self.path.partition("?")
        find = self.server.paths.get(path)
        if find is None:
            self._show(Shown(status=HTTPStatus.NOT_FOUND, media_type="text/plain", body=b""))
        else:
            self._show(find())

    def _show(self, what: Shown) -> None:
        self.send_response(what.status)
        self.send_header("Content-Type", what.media_type)
        self.send_header("Content-Length", str(len(what.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(what.body)

    def log_message(self, format: str, *args: object) -> None:
        """Tell of none of these: they come every few seconds."""
