"""The two processes of a service: ``web`` answers requests, ``worker`` runs its processors.

What a process counts must be shared from its first import on, and the process that only watches over ``web`` is to stay
small; so what is needed here is mostly imported where it is used.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis import logs, tracing
from chassis.errors import Unavailable
from chassis.keys import WrongKeys, load_keys
from chassis.process import USAGE, Process
from chassis.room import share_figures, take_room
from chassis.settings import WrongSetting, load_feeds, load_health, load_listening, load_settings
from chassis.store.protocol import Store, WrongStore

if TYPE_CHECKING:
    from chassis.adapters import Other
    from chassis.service import Service
    from chassis.tokens import Tokens
    from chassis.watch import Watch

_PAUSE = 0.5
_VALID_FOR = timedelta(minutes=10)


class ServiceToken:
    """The token that a service shows the others: valid for minutes, and signed anew in time."""

    def __init__(self, tokens: Tokens, service: str) -> None:
        self._tokens = tokens
        self._service = service
        self._signed = ""
        self._renew_at = 0.0

    def __call__(self) -> str:
        """One that is valid for a while."""
        if time.monotonic() >= self._renew_at:
            self._signed = self._tokens.sign(self._service, ["service"], valid_for=_VALID_FOR)
            self._renew_at = time.monotonic() + _VALID_FOR.total_seconds() / 2
        return self._signed


def run(service: str, main: str) -> None:
    """Run the process that the command line asks for, until it is told to end.

    What was set wrongly is said in one line, and the exit code is 2.
    """
    kinds: Mapping[str, Callable[[Process], None]] = {"web": _web, "worker": _worker}
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    os.umask(0o077)
    try:
        if kind not in kinds:
            raise WrongSetting(f"usage: python -m services.{service} web|worker")
        settings = load_settings()
        logs.configure(settings.log_level, service=service, process=kind)
        keys = load_keys(settings.data, settings.keys)
        share_figures(settings.data, service)
        kinds[kind](Process(main=main, settings=settings, keys=keys))
    except (WrongSetting, WrongKeys, WrongStore) as error:
        print(error, file=sys.stderr)
        sys.exit(USAGE)


def _web(process: Process) -> None:
    from chassis.serving import serve

    serve(process, load_listening())


def _worker(process: Process) -> None:
    take_room()
    from chassis.health import HealthServer
    from chassis.watch import Watch
    from chassis.worker import Worker

    program = process.program()
    service = program.service
    others, health = _others(process, service), load_health()
    told = _told_to_end()
    store = program.adapters.store(process, service.name)
    watch = Watch(service, store)
    server = HealthServer(*health, watch.paths) if health else None
    if not _reached(store, watch, told):
        return
    sources = {other.name: program.adapters.source(process, service.name, other) for other in others}
    relay = program.adapters.relay(process, store)
    worker = watch.worker = Worker(service, store, sources, process.settings.worker, relay)
    gc.freeze()  # what is there now stays: it need not be looked through again and again for what nobody uses
    tracing.start(process.settings.traces, service.name, "worker")
    worker.run(told)
    tracing.end()
    if server is not None:
        server.close()
    if relay is not None:
        relay.close()
    for source in sources.values():
        source.close()
    store.close()


def _reached(store: Store, watch: Watch, told: threading.Event) -> bool:
    """Wait until the database answers: a worker has nothing to do before. False if it is to end instead."""
    while not told.is_set():
        try:
            store.heads()
            watch.store_away.over()
            return True
        except Unavailable as error:
            watch.store_away.goes_on(error.told)
            told.wait(_PAUSE)
    return False


def _others(process: Process, service: Service) -> list[Other]:
    from chassis.adapters import Other

    token = ServiceToken(process.tokens(), service.name)
    return [Other(name=name, url=url, token=token) for name, url in load_feeds(service.consumes).items()]


def _told_to_end() -> threading.Event:
    """Set by SIGTERM or Ctrl-C."""
    told = threading.Event()

    def end(*_: object) -> None:
        # Not here: the main thread, which runs this, may hold the event's lock just now.
        threading.Thread(target=told.set).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return told
