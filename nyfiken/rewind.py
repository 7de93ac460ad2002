"""``nyfiken rewind``: a service reads again what another has recorded since a moment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

import click

from chassis.processes import ServiceToken
from chassis.processing.checkpoints import CheckpointMoved
from chassis.processing.rewinding import Rewound, TooLate, rewind, up_to
from chassis.processing.source import OwnStore, Source, SourceGone
from chassis.service import Service
from chassis.settings import load_feeds
from chassis.store.protocol import Store
from chassis.tokens import Tokens
from chassis.transport.feed import FeedSource
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES, Layout, port_option
from nyfiken.servers import environment
from nyfiken.stores import SERVICE, Histories, histories_of

_MOMENTS = [f"%Y-%m-%dT%H:%M:%S{part}{zone}" for part in ("", ".%f") for zone in ("%z", "")]


@click.command()
@histories_of(SERVICE)
@click.argument("source", type=click.Choice(SERVICES), metavar="SOURCE")
@click.option("--since", required=True, type=click.DateTime(_MOMENTS), help="The moment; UTC unless it says otherwise.")
@port_option
def command(source: str, since: datetime, port: int, histories: Histories) -> None:
    """Let SERVICE read again what SOURCE has recorded since then.

    For a SOURCE that was restored to an older moment: SERVICE had read what is lost there, and stopped. Its rules read
    again what was recorded after that moment, and answer what they have not answered; read models with rows of what is
    lost are built anew. Whoever SERVICE reads must run. Its worker may; what has stopped in it begins when it is
    started again.

    \b
    nyfiken rewind notifications ideas --since 2026-11-29T10:12:13+00:00
    kubectl exec deploy/notifications-worker -- python -m nyfiken rewind notifications ideas --since ...
    """
    moment = since.replace(tzinfo=UTC) if since.tzinfo is None else since
    (service,) = histories.services
    layout = Layout(data=histories.data.resolve(), port=port, servers=histories.servers)
    with histories.opened() as [(found, store)], _opened(found, store, layout) as sources:
        if source not in sources:
            raise click.ClickException(f"nothing of {service} reads {source}")
        try:
            done = rewind(
                found, store, sources[source], moment, lambda place, to: up_to(sources[place[0]], place[1], to)
            )
        except TooLate as error:
            raise click.ClickException(str(error)) from None
        except SourceGone as error:
            raise click.ClickException(f"{error}; whoever {service} reads must run") from None
        except CheckpointMoved as error:
            raise click.ClickException(f"{error}: its worker is at work; do it again") from None
    _tell(source, done)


@contextmanager
def _opened(service: Service, store: Store, layout: Layout) -> Iterator[Mapping[str, Source]]:
    """Everything that the service reads, its own history too."""
    keys = platform_keys(layout.data, may_make=False)
    told = layout.environment(store.service) | os.environ  # where it runs, it is told where the others are
    with environment({name: value for name, value in told.items() if name.startswith("NYFIKEN_FEED_")}):
        urls = load_feeds(service.consumes)
    token = ServiceToken(Tokens(keys.signing, keys.secret), store.service)
    with ExitStack() as opened:
        feeds = {name: opened.enter_context(closing(FeedSource(name, url, token))) for name, url in urls.items()}
        yield {store.service: OwnStore(store), **feeds}


def _tell(source: str, done: list[Rewound]) -> None:
    for each in done:
        free = f"; {each.parked} parked events are read again" if each.parked else ""
        again = f"from {each.after:,}" if each.after else "from the beginning"
        click.echo(f"{each.processor}: {each.place[0]}/{each.place[1]} again {again}, was at {each.before:,}{free}")
    if not done:
        click.echo(f"nothing to read again of {source}")
