"""What one service needs, looked at as its processes would find it: settings, keys, database, topic, neighbours."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, nullcontext
from datetime import datetime
from importlib import import_module

import click
import sqlalchemy as sa

from chassis.errors import Unavailable
from chassis.issuer import Issuer
from chassis.keys import WrongKeys, load_keys
from chassis.misspelt import unknown
from chassis.process import Process
from chassis.processes import ServiceToken
from chassis.processing.source import SourceGone
from chassis.program import Program
from chassis.settings import PREFIX, Settings, WrongSetting, load_feeds, load_health, load_listening, load_settings
from chassis.store.postgres.addresses import place_of
from chassis.store.protocol import Store, WrongStore
from chassis.transport.feed import FeedSource
from contracts.event import events, upcasters
from nyfiken.brokers import reached
from nyfiken.databases import telling
from nyfiken.findings import Elsewhere, Finding, Wrong
from nyfiken.surroundings import collecting, room_in

APART = 5.0
"""Seconds by which this machine's clock and the database's may differ; a token allows ten between any two machines."""
_TROUBLE = (WrongSetting, WrongKeys, WrongStore, Unavailable, SourceGone, click.ClickException)


class Examination:
    """Looks at one thing after the other; what needs something that is wrong is not looked at.

    ``role`` is ``web`` or ``worker`` where only what that process needs is to be right. Without it, a process of which
    nothing is set runs elsewhere: in a Pod there is one of them.
    """

    def __init__(self, service: str, role: str | None = None) -> None:
        self._role = role
        self._main = f"services.{service}.main"
        self._program: Program = import_module(self._main).PROGRAM
        self._service = self._program.service
        self._settings: Settings
        self._process: Process
        self._store: Store
        self._addresses: Mapping[str, str]
        self._open = ExitStack()

    def findings(self) -> Iterator[Finding]:
        """One for each thing, as soon as it is found."""
        right: set[str] = set()
        with self._open:
            for name, needs in _NEEDS.items():
                if not needs <= right:
                    continue
                try:
                    told = getattr(self, name)()
                except Elsewhere as reason:
                    yield Finding(of=name, told=str(reason), state="elsewhere")
                except (*_TROUBLE, Wrong) as error:
                    yield Finding(of=name, told=_said(error), state="wrong")
                else:
                    right.add(name)
                    yield Finding(of=name, told=told)

    def general(self) -> str:
        """The settings of both processes."""
        self._settings = load_settings()
        found = [f"worker {self._settings.worker}", f"data in {self._settings.data}"]
        if strange := unknown(name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX)):
            found.append(f"not known here: {', '.join(PREFIX + name for name in strange)}")
        return ", ".join(found)

    def disk(self) -> str:
        """Whether there is room where it writes."""
        return room_in(self._settings.data, has_histories=self._settings.database is None)

    def web(self) -> str:
        """Where the web process listens."""
        if self._role == "worker" or (self._role is None and "NYFIKEN_PORT" not in os.environ and _feeds_are_set()):
            raise Elsewhere("not looked at: here a worker runs; web needs NYFIKEN_PORT (--role web)")
        listening = load_listening()
        health = f", health at {listening.health_port}" if listening.health_port else ""
        return f"{listening.host}:{listening.port}{health}, {listening.threads} threads"

    def worker(self) -> str:
        """Where the worker shows its health, and whom it reads."""
        needed = [f"NYFIKEN_FEED_{name.upper()}" for name in self._service.consumes]
        if self._role == "web" or (self._role is None and "NYFIKEN_PORT" in os.environ and not _feeds_are_set()):
            raise Elsewhere(f"not looked at: here web runs; a worker needs {', '.join(needed)} (--role worker)")
        self._addresses, health = load_feeds(self._service.consumes), load_health()
        shown = f"shows its health at {health[0]}:{health[1]}" if health else "shows its health nowhere"
        return f"{shown}; reads {', '.join(self._addresses) or 'nobody'}"

    def keys(self) -> str:
        """The keys, which are not made here."""
        keys = load_keys(self._settings.data, self._settings.keys, may_make=False)
        self._process = Process(main=self._main, settings=self._settings, keys=keys)
        return f"in {self._settings.keys or self._settings.data / 'keys'}"

    def database(self) -> str:
        """Its history: whether it can be reached, and is this service's."""
        name, database = self._service.name, self._settings.database
        if database is None and not (self._settings.data / f"{name}.sqlite").exists():
            raise Wrong(f"there is no history in {self._settings.data}; the first start makes it")
        place = place_of(database.address) if database else f"{name}.sqlite in {self._settings.data}"
        with telling(database.address) if database else nullcontext():
            self._store = self._program.adapters.store(self._process, name)
            self._open.callback(self._store.close)
            heads = self._store.heads()
        return f"{place}, {len(heads)} partitions, {sum(head.position for head in heads.values()):,} events"

    def clock(self) -> str:
        """This machine's, beside the database's."""
        if self._settings.database is None:
            return "the only one that counts, for histories are files of this machine"
        with self._store.reading() as connection:
            before = time.time()
            theirs: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            apart = (before + time.time()) / 2 - theirs.timestamp()
        if abs(apart) > APART:
            ahead = "ahead of" if apart > 0 else "behind"
            raise Wrong(
                f"{abs(apart):.0f} s {ahead} the database's, and tokens are refused; set both by the same servers"
            )
        return f"{abs(apart):.1f} s from the database's"

    def contracts(self) -> str:
        """Whether this release knows every type of event that was recorded."""
        with self._store.reading() as connection:
            recorded = connection.execute(sa.text("SELECT DISTINCT type FROM events ORDER BY type")).scalars().all()
        known = {*events(), *upcasters()}
        if unknown := [name for name in recorded if name not in known]:
            raise Wrong(f"{', '.join(unknown)}: recorded, and not known here; run the release that wrote it, or newer")
        return f"{len(recorded)} types of events were recorded, all of them known"

    def topic(self) -> str:
        """Where its events travel by Kafka: whether they can."""
        if (brokers := self._settings.brokers) is None:
            return "none: feeds are read over HTTP"
        with reached(brokers) as kafka:
            look = kafka.look(self._service.name, self._store.partitions, kafka.usual(), may_make=False)
        if look.refused:
            raise Wrong(look.refused)
        return "; ".join([f"{look.name} on {brokers.bootstrap_servers}", *look.warnings])

    def feeds(self) -> str:
        """Whether the services that it reads answer it."""
        token = ServiceToken(self._process.tokens(), self._service.name)
        for name, url in self._addresses.items():
            feed = FeedSource(name, url, token)
            try:
                feed.heads()
            except SourceGone as error:
                told = f"{error}; see that it runs there (NYFIKEN_FEED_{name.upper()}), with the same keys"
                raise Wrong(told) from None
            finally:
                feed.close()
        return f"{', '.join(self._addresses) or 'nobody'} answered"

    def issuer(self) -> str:
        """Whether who issues tokens tells the keys."""
        url, name = self._settings.jwks_url, self._settings.issuer
        if url is None or name is None:
            return "the platform itself"
        return f"{name}, {Issuer(url, name).ask()} keys"

    def traces(self) -> str:
        """Whether who collects spans takes some."""
        return "none are noted" if self._settings.traces is None else collecting(self._settings.traces)


_NEEDS: dict[str, frozenset[str]] = {
    "general": frozenset(),
    "disk": frozenset({"general"}),
    "web": frozenset(),
    "worker": frozenset(),
    "keys": frozenset({"general"}),
    "database": frozenset({"keys"}),
    "clock": frozenset({"database"}),
    "contracts": frozenset({"database"}),
    "topic": frozenset({"database"}),
    "feeds": frozenset({"keys", "worker"}),
    "issuer": frozenset({"general"}),
    "traces": frozenset({"general"}),
}
"""What is looked at, in this order → what of it must be right."""


def _feeds_are_set() -> bool:
    return any(name.startswith(f"{PREFIX}FEED_") for name in os.environ)


def _said(error: BaseException) -> str:
    if isinstance(error, click.ClickException):
        return error.message
    return error.told if isinstance(error, Unavailable) else str(error)
