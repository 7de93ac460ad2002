"""``nyfiken history load``: a whole history becomes that of an empty platform."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from chassis.processing.checkpoints import Place
from chassis.processing.reaction import Reaction
from chassis.processing.rewinding import Past, begin, held, hold, up_to
from chassis.processing.source import OwnStore, Source
from chassis.recorded import Recorded
from chassis.store.protocol import Head
from history.errors import NotLoaded
from history.loading import Destination, Destinations, Whole, checked
from history.loading import load as loaded
from nyfiken.brokers import reached
from nyfiken.history.telling import in_one_line
from nyfiken.layout import data_option
from nyfiken.progress import Show, bar
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import Histories, Opened, must_stand_still


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; say what would be done, or what is wrong.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@servers_options
@in_one_line
def load(path: Path, check: bool, yes: bool, data: Path, servers: Servers) -> None:
    """Load the whole history in FILE into an empty platform: all of its services, as they were, but personal text.

    FILE is what nyfiken history export has written of a history that was pulled with --whole. The platform is a new
    data folder, databases that nyfiken migrate has made with as many partitions, or one that was started and not used;
    its topics are empty. Stop all of its processes first, and start them when this is done. The file is read to its
    end before anything is changed; ended in the middle, the same command goes on.

    Nobody is sent anything: rules answer what is recorded from then on. People are who they were if the platform has
    the same key "secret" as the one that they come from: put it there before.

    \b
    nyfiken history export whole-history --to whole.jsonl
    nyfiken history load whole.jsonl --data /srv/nyfiken --check
    nyfiken history load whole.jsonl --data /srv/nyfiken

    Exit code 0: it is there, or with --check may be loaded. 2: it may not, and one line says why.
    """
    histories = Histories(data=data, servers=servers)
    with path.open("rb") as file:
        if not file.seekable():
            raise NotLoaded(f"{path}: is read twice, and cannot be")
        with _as_it_is(histories) as services:
            whole = _checked(file, services)
            _tell(path, whole)
            if sum(whole.lacking.values()):
                _may_begin(services)
                _topics_must_be_empty(servers)
        if check:
            return
        if sum(whole.lacking.values()) and not yes:
            click.confirm("Load it?", abort=True)
        with _made(histories) as services:
            _load(file, services, whole)


@contextmanager
def _as_it_is(histories: Histories) -> Iterator[Sequence[Opened]]:
    """The services and their stores; of a data folder that is new, stores as it will have, elsewhere and for now."""
    if histories.exist:
        with histories.opened() as services:
            yield services
    else:
        with tempfile.TemporaryDirectory(prefix="nyfiken-history-") as folder:
            elsewhere = dataclasses.replace(histories, data=Path(folder))
            with elsewhere.opened(may_make=True) as services:
                yield services


@contextmanager
def _made(histories: Histories) -> Iterator[Sequence[Opened]]:
    histories.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with histories.opened(may_make=not histories.exist) as services:
        yield services


def _checked(file: BinaryIO, services: Sequence[Opened]) -> Whole:
    for service, store in services:
        must_stand_still(service, store)
    with bar("checked") as show:
        return checked(file, _destinations(services), show)


def _destinations(services: Sequence[Opened]) -> Destinations:
    return {
        service.name: Destination(
            store=store,
            categories=frozenset(decider.category for decider in service.deciders),
            rules=frozenset(rule.name for rule in service.reactions),
        )
        for service, store in services
    }


def _tell(path: Path, whole: Whole) -> None:
    for service, events in whole.events.items():
        click.echo(f"{service}: {events:,} events, {whole.lacking[service]:,} to be loaded")
    if not sum(whole.events.values()):
        raise NotLoaded(f"{path}: has no events")


def _may_begin(services: Sequence[Opened]) -> None:
    """Whoever has used the platform has rules that go on from where they are: only a load is gone on with."""
    if any(held(service, store) for service, store in services):
        return
    for _, store in services:
        for partition, head in store.heads().items():
            if head.position:
                raise NotLoaded(
                    f"{store.service}/{partition}:{head.position} was not loaded: the platform must be empty, and is "
                    "in use (a database that has lost events: nyfiken recover)"
                )


def _topics_must_be_empty(servers: Servers) -> None:
    """What lies in a topic would come before what is loaded."""
    if (brokers := servers.brokers()) is None:
        return
    with reached(brokers) as kafka:
        for service in Histories(data=Path(), servers=servers).services:
            topic = kafka.topics.describe(service)
            if topic is not None and any(kafka.topics.ends(topic).values()):
                raise NotLoaded(f"topic {brokers.topic(service)} is not empty: nyfiken topics renew {service}")


def _load(file: BinaryIO, services: Sequence[Opened], whole: Whole) -> None:
    """Rules are held before the first event is there, so that whoever starts the platform half-way sends nothing."""
    if lacking := sum(whole.lacking.values()):
        for service, store in services:
            hold(service, store, whole.ends)
        with bar("loaded") as show:
            loaded(file, _destinations(services), show)
    if any(held(service, store) for service, store in services):
        _begin_rules(services)
    click.echo(f"{lacking:,} events loaded, and nobody was sent anything" if lacking else "all of it is there")


def _begin_rules(services: Sequence[Opened]) -> None:
    """Rules go on behind all that was loaded, as if they had answered it; what they remember is made of it."""
    sources = {service.name: OwnStore(store) for service, store in services}
    ends = {(name, n): head for name, source in sources.items() for n, head in source.heads().items()}
    with bar("remembered") as show:
        past = _past(sources, show, sum(_behind(rule, ends) for service, _ in services for rule in service.reactions))
        for service, store in services:
            read = {name for rule in service.reactions for name in rule.sources}
            begin(service, store, {place: head for place, head in ends.items() if place[0] in read}, past)


def _past(sources: Mapping[str, Source], show: Show, total: int) -> Past:
    done = 0

    def past(place: Place, position: int) -> Iterator[Sequence[Recorded]]:
        nonlocal done
        for events in up_to(sources[place[0]], place[1], position):
            yield events
            done += len(events)
            show(done, total)

    return past


def _behind(rule: Reaction, ends: Mapping[Place, Head]) -> int:
    """How many events a rule looks at once more, to remember them."""
    return sum(head.position for place, head in ends.items() if rule.remembers and place[0] in rule.sources)
