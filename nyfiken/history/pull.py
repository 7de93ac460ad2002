"""``nyfiken history pull``: what every service has recorded since the last time, into files."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
import jwt

from history.errors import NotTold
from nyfiken.history.telling import DIRECTORY, told
from nyfiken.layout import Layout, elsewhere, port_option
from nyfiken.progress import bar

_TOKEN = "NYFIKEN_TOKEN"  # noqa: S105 - the name of a setting


@click.command()
@click.option("--to", "path", type=DIRECTORY, required=True, help="The folder; made where it is not there.")
@click.option("--at", multiple=True, metavar="SERVICE=URL", help="Where each of the three is, if not at --port.")
@port_option
@click.option("--token-file", type=click.File(), help=f"Holds a token with the role analyst; else {_TOKEN} is one.")
@click.option("--whole", is_flag=True, help="As services know it, to be loaded elsewhere; takes the role service.")
@click.option("--from-kafka", "kafka", metavar="HOST:PORT", help="Read the topics instead, with a service's rights.")
@click.option("--topic-prefix", envvar="NYFIKEN_TOPIC_PREFIX", default="nyfiken", show_default=True)
@click.option("--follow", is_flag=True, help="Go on with what is recorded from now on, until Ctrl-C.")
@click.option("--forget", is_flag=True, help="Read everything once more: nothing stays that is not told any longer.")
@told
def pull(
    path: Path,
    at: tuple[str, ...],
    port: int,
    token_file: Any,
    whole: bool,
    kafka: str | None,
    topic_prefix: str,
    follow: bool,
    forget: bool,
) -> None:
    """Pull what every service has recorded since the last time.

    Into Parquet files, laid out as events/service=…/month=…, with a manifest that names each of them. Killed at any
    point and started again it goes on, without loss and without anything twice. No personal value is in any file;
    people have pseudonyms of this folder. What a token may not see has a row that says where it lies, and nothing else.

    Older files are not changed by themselves when a text is redacted, somebody is forgotten or hides their name. Do it
    with --forget from time to time, and whenever somebody was forgotten.

    With --whole it is all that the services tell each other, for nyfiken history load: nothing is withheld, and people
    have the opaque ids of the platform. Only machines are told that, and only the platform's own keys say who is one:

    \b
    export NYFIKEN_TOKEN=$(nyfiken token --sub moving --role service)
    nyfiken history pull --whole --to whole-history

    Exit code 0: everything is there. 2: it is not, and one line says why; what was pulled before stays.
    """
    from history.folder import Folder
    from history.pull import Pull
    from nyfiken.history.origins import feeds, topics

    folder = Folder(path)
    with folder.alone(), ExitStack() as opened:
        if kafka:
            origins = opened.enter_context(topics(kafka, topic_prefix, whole))
        else:
            token = _token(token_file, "service" if whole else "analyst")
            origins = opened.enter_context(feeds(elsewhere(at) or Layout(data=Path(), port=port).urls, token))
        with bar("pulled") as show:
            pulling = Pull(folder, origins, show, whole=whole)
            manifest = pulling.afresh() if forget else pulling.once()
        click.echo(f"{path}: {manifest.events:,} positions in {len(manifest.parts):,} files")
        with _until_asked_to_end():
            while follow:
                if pulling.wait():
                    pulling.once()


def _token(file: Any, role: str) -> str:
    """The token; of one for a whole history its role is looked at here, for others are told less and not that it is."""
    token = str(file.read().strip() if file else os.environ.get(_TOKEN, ""))
    if not token:
        raise click.UsageError(f"a token is needed: --token-file, or {_TOKEN}=$(nyfiken token --sub … --role {role})")
    if role == "service" and role not in _roles(token):
        raise NotTold("the token has not the role service, which --whole takes: nyfiken token --sub … --role service")
    return token


def _roles(token: str) -> list[str]:
    """What it says that its bearer may do; whether that is true, the services say."""
    try:
        claimed = jwt.decode(token, options={"verify_signature": False}).get("roles")
    except jwt.PyJWTError:
        return []
    return claimed if isinstance(claimed, list) else []


@contextmanager
def _until_asked_to_end() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what follows; whatever was written stays."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("ended; the same command goes on")
    finally:
        signal.signal(signal.SIGTERM, before)
