"""``nyfiken history``: the whole history in files of one's own."""

from __future__ import annotations

import functools
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nyfiken.brokers import reached
from nyfiken.layout import SERVICES, Layout, elsewhere, port_option
from nyfiken.progress import bar
from nyfiken.servers import Servers

if TYPE_CHECKING:
    from history.pull import Origin

F = TypeVar("F", bound=Callable[..., Any])
_WRONG = 2
_TOKEN = "NYFIKEN_TOKEN"  # noqa: S105 - the name of a setting
_MOST = 20
"""Lines that are told of what is wrong with a folder."""
_SHOWN = 10_000
DIRECTORY = click.Path(file_okay=False, path_type=Path)


def _told(function: F) -> F:
    """One line and exit code 2 for whatever an analyst can do something about."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if find_spec("pyarrow") is None:
            raise click.ClickException("what the analysts' commands need is not installed here: make history")
        from history.errors import HistoryError

        try:
            return function(*args, **kwargs)
        except HistoryError as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(_WRONG) from error

    return wrapped  # type: ignore[return-value]


@click.group()
def command() -> None:
    """Pull the whole history into files of your own, and prove them.

    \b
    export NYFIKEN_TOKEN=$(nyfiken token --sub analys --role analyst)
    nyfiken history pull --to our-history
    nyfiken history verify our-history
    """


@command.command()
@click.option("--to", "path", type=DIRECTORY, required=True, help="The folder; made where it is not there.")
@click.option("--at", multiple=True, metavar="SERVICE=URL", help="Where each of the three is, if not at --port.")
@port_option
@click.option("--token-file", type=click.File(), help=f"Holds a token with the role analyst; else {_TOKEN} is one.")
@click.option("--from-kafka", "kafka", metavar="HOST:PORT", help="Read the topics instead, with a service's rights.")
@click.option("--topic-prefix", envvar="NYFIKEN_TOPIC_PREFIX", default="nyfiken", show_default=True)
@click.option("--follow", is_flag=True, help="Go on with what is recorded from now on, until Ctrl-C.")
@click.option("--forget", is_flag=True, help="Read everything once more: nothing stays that is not told any longer.")
@_told
def pull(
    path: Path,
    at: tuple[str, ...],
    port: int,
    token_file: Any,
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

    Exit code 0: everything is there. 2: it is not, and one line says why; what was pulled before stays.
    """
    from history.folder import Folder
    from history.pull import Pull

    folder = Folder(path)
    with folder.alone(), ExitStack() as opened:
        if kafka:
            origins = opened.enter_context(_topics(kafka, topic_prefix))
        else:
            origins = opened.enter_context(
                _feeds(elsewhere(at) or Layout(data=Path(), port=port).urls, _token(token_file))
            )
        with bar("pulled") as show:
            pulling = Pull(folder, origins, show)
            manifest = pulling.afresh() if forget else pulling.once()
        click.echo(f"{path}: {manifest.events:,} positions in {len(manifest.parts):,} files")
        with _until_asked_to_end():
            while follow:
                if pulling.wait():
                    pulling.once()


@command.command()
@click.argument("path", metavar="DIR", type=DIRECTORY)
@_told
def verify(path: Path) -> None:
    """Prove a folder: gapless positions, every file as it was written, every event as its contract has it.

    Exit code 0: all is well. 2: it is not, and a line tells of each fault.
    """
    from history.folder import Folder
    from history.verify import wrong

    folder = Folder(path)
    with bar("verified") as show:
        faults = list(islice(wrong(folder, show), _MOST))
    for fault in faults:
        click.echo(f"Error: {fault}", err=True)
    if faults:
        raise SystemExit(_WRONG)
    manifest = folder.manifest()
    withheld = sum(part.withheld for part in manifest.parts)
    click.echo(f"{path}: {manifest.events:,} positions without a gap, {withheld:,} of them withheld")


@command.command()
@click.argument("path", metavar="DIR", type=DIRECTORY)
@click.argument("question", metavar='["SELECT …"]', required=False)
@click.option("--as-of", metavar="TIME", help="What was known then: 2026-03-01 (to its end) or 2026-03-01T12:00Z.")
@click.option("--by", type=click.Choice(["recorded_at", "occurred_at"]), default="recorded_at", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "parquet"]), default="table")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file; parquet needs one.")
@_told
def sql(path: Path, question: str | None, as_of: str | None, by: Any, form: str, output: Path | None) -> None:
    """Ask a pulled history in SQL, one SELECT at a time; without a question, a shell.

    There is a view for each kind of event (experiment_failed), and events for all of them; ideas, experiments, lessons,
    failures and funnel are what the services make of them, by their own folds. SHOW TABLES lists them, DESCRIBE ideas
    what is in one. A history is only read: no other file is, and nothing is written.

    \b
    nyfiken history sql our-history "SELECT unit, count(*) FROM experiment_failed GROUP BY unit"
    nyfiken history sql our-history --as-of 2026-03-01 "FROM funnel"
    """
    from history.database import opened
    from nyfiken.asking import answer, shell

    if form == "parquet" and output is None:
        raise click.UsageError("--format parquet needs --output")
    with opened(path, as_of, by) as database:
        if question is None:
            shell(database)
        else:
            answer(database, question, form, output)


@command.command()
@click.argument("path", metavar="DIR", type=DIRECTORY)
@click.option("--to", "output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A new file.")
@click.option("--format", "form", type=click.Choice(["cloudevents", "ocel"]), default="cloudevents", show_default=True)
@_told
def export(path: Path, output: Path, form: str) -> None:
    """Write a pulled history as other tools read it. People have the pseudonyms of the folder.

    \b
    cloudevents   CloudEvents 1.0, a JSON object a line; each partition in its order, what is withheld as marks
    ocel          OCEL 2.0 as JSON, for process mining: ideas, experiments, lessons, challenges, units as objects
    """
    from history.exporting import lines
    from history.folder import Folder
    from history.ocel import written as event_log
    from history.replay import History
    from nyfiken.asking import new_file

    history = History.open(path)
    pieces = lines(Folder(path)) if form == "cloudevents" else iter([event_log(history.events())])
    with new_file(output) as beside, bar("exported") as show, beside.open("wb") as file:
        for number, piece in enumerate(pieces, start=1):
            file.write(piece)
            if number % _SHOWN == 0:
                show(number, history.manifest.events)
    click.echo(f"{output}: written")


def _token(file: Any) -> str:
    if token := file.read().strip() if file else os.environ.get(_TOKEN, ""):
        return str(token)
    raise click.UsageError(f"a token is needed: --token-file, or {_TOKEN}=$(nyfiken token --sub … --role analyst)")


@contextmanager
def _feeds(addresses: Mapping[str, str], token: str) -> Iterator[list[Origin]]:
    from chassis.transport.feed import Feed

    with ExitStack() as closing:
        feeds = [Feed(service, url, lambda: token) for service, url in addresses.items()]
        for feed in feeds:
            closing.callback(feed.close)
        yield list(feeds)


@contextmanager
def _topics(kafka: str, prefix: str) -> Iterator[list[Origin]]:
    """What is read of a topic is kept in a folder that nobody else may look into, and that is removed."""
    from chassis.store.sqlite import SqliteStore
    from chassis.transport.kafka.published import published
    from history.topic import Topic

    brokers = Servers(kafka=kafka, topic_prefix=prefix).brokers()
    assert brokers is not None, "a Kafka was named"  # noqa: S101 - its address is an argument
    with ExitStack() as closing, reached(brokers) as asked:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="nyfiken-history-"))
        origins: list[Origin] = []
        for service in SERVICES:
            if (topic := asked.topics.describe(service)) is None:
                raise click.ClickException(f"there is no topic {brokers.topic(service)} at {kafka}")
            place = Path(folder) / f"{service}.sqlite"
            store = SqliteStore(place, service, master_key=bytes(32), partitions=topic.partitions)
            closing.callback(store.close)
            disclose = import_module(f"services.{service}.main").SERVICE.disclose
            origins.append(Topic(store, disclose, partial(published, brokers, service)))
        yield origins


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
