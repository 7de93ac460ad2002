"""Where bytes that were to be forgotten might still lie: on pages of files and tables, in topics, in logs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg

from nyfiken.layout import SERVICES
from tests.kafka_topics import messages

TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
PAGES = """
    SELECT oid::regclass::text, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class
    WHERE relfilenode <> 0 AND relkind IN ('r', 'i', 't', 'S') AND NOT relisshared AND oid >= 16384
"""
MAY_READ_PAGES = "SELECT pg_has_role(current_user, 'pg_read_server_files', 'USAGE')"


def remains(platform, planted):
    """Where these bytes lie, which of them: ``planted`` are bytes by what they are."""
    places = [*_files(platform), *_databases(platform), *_topics(platform)]
    return {(place, what) for place, held in places for what, secret in planted.items() if _holds(held, secret)}


def query(platform, service, text, *values):
    """The rows that this gives in the database of a service."""
    database = platform.servers.database(service)
    if database is None:
        with closing(sqlite3.connect(platform.data / f"{service}.sqlite")) as db:
            return db.execute(text, values).fetchall()
    with psycopg.connect(database.address) as db:
        return db.execute(text.replace("?", "%s"), values).fetchall()


def _holds(held, secret):
    return secret in held or secret.hex().encode() in held  # as bytes are shown in text


def _files(platform):
    """Databases, their logs and free pages, logs of processes."""
    return [(path.name, path.read_bytes()) for path in platform.data.rglob("*") if path.is_file()]


def _databases(platform):
    """Every column of every table; and every page, also what is deleted on it, where the server lets us look."""
    for service in SERVICES if platform.servers.postgres else ():
        with psycopg.connect(platform.servers.database(service).address, autocommit=True) as db:
            for (table,) in db.execute(TABLES).fetchall():
                rows = db.execute(f"SELECT string_agg(it::text, E'\\n') FROM {table} AS it").fetchone()
                yield f"{service} {table}", (rows[0] or "").encode()
            if db.execute(MAY_READ_PAGES).fetchone()[0]:
                db.execute("CHECKPOINT")
                yield from ((f"{service} pages of {name}", held) for name, held in db.execute(PAGES).fetchall())


def _topics(platform):
    """Every message, with its key and headers."""
    brokers = platform.servers.brokers()
    for service in SERVICES if brokers else ():
        for number, found in messages(brokers, brokers.topic(service)).items():
            for message in found:
                parts = [message.key or b"", message.value or b"", *(value for _, value in message.headers)]
                yield f"topic of {service}/{number}", b"\n".join(parts)
