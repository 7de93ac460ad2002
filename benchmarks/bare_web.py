"""A bare Flask app under the very gunicorn of our services: it authenticates, and makes one INSERT."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from flask import Flask, request
from psycopg_pool import ConnectionPool

from chassis.keys import load_keys
from chassis.process import Process
from chassis.serving import _Server
from chassis.settings import load_listening, load_settings
from chassis.web.runtime import EXTENSION

TABLE = "CREATE TABLE IF NOT EXISTS ideas (id text PRIMARY KEY, author text NOT NULL, data json NOT NULL)"
_INSERT = "INSERT INTO ideas (id, author, data) VALUES (%s, %s, %s)"


class _Bare(_Server):
    def load(self) -> Flask:
        """Made after the fork, as ours."""
        return app(self._process)


def app(process: Process) -> Flask:
    """One route, ``POST /ideas``."""
    made = Flask("bare")
    # What our gunicorn wants to end when it is told to.
    made.extensions[EXTENSION] = SimpleNamespace(waiting=SimpleNamespace(end=lambda: None))
    tokens, database = process.tokens(), process.settings.database
    assert database is not None, "NYFIKEN_DATABASE is not set"
    connections: Any = ConnectionPool(
        database.address, min_size=4, max_size=database.connections, kwargs={"autocommit": True}, open=True
    )

    @made.post("/ideas")
    def submit() -> tuple[dict[str, str], int]:
        caller = tokens.caller(request.headers["Authorization"].partition(" ")[2])
        idea_id = str(uuid4())
        with connections.connection() as connection:
            connection.execute(_INSERT, (idea_id, caller.person_id, request.get_data().decode()))
        return {"idea_id": idea_id}, 201

    @made.get("/readyz")
    def ready() -> str:
        return "ready"

    return made


if __name__ == "__main__":
    settings = load_settings()
    sys.exit(_Bare(Process(main="", settings=settings, keys=load_keys(settings.data)), load_listening()).run())
