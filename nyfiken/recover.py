"""``nyfiken recover``: a history that was restored to an older moment takes back from its topic what it has lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from chassis.failpoints import failpoint
from chassis.processing.checkpoints import Place
from chassis.processing.rewinding import begin, last_until, not_begun, up_to
from chassis.processing.source import OwnStore, SourceRestored
from chassis.recorded import Recorded
from chassis.service import Service
from chassis.settings import Brokers
from chassis.store.protocol import Head, HistoryDiffers, Store
from chassis.transport.kafka.published import published
from chassis.transport.publisher import TopicState
from chassis.transport.recovering import Published, TopicLacks, go_on_behind, lacking, take_back, until
from contracts.event import UnknownEventType, UnknownEventVersion
from nyfiken.brokers import Kafka, reached
from nyfiken.layout import SERVICES
from nyfiken.progress import bar
from nyfiken.stores import SERVICE, Histories, histories_of, must_stand_still

_UNANSWERED = timedelta(minutes=10)
"""What rules may have been behind by when everything was lost; what they had answered they do not answer again."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Lost:
    """What a partition has lost: how many events, and when the last of them was recorded."""

    head: Head
    events: int
    until: datetime


@click.command()
@histories_of(SERVICE)
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 when something was lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(check: bool, yes: bool, histories: Histories) -> None:
    """Take back from its topic what the history of SERVICE has lost.

    For a database that was restored to an older moment, or lost and made anew by nyfiken migrate, while Kafka has what
    was recorded since. Stop all processes of SERVICE first, and start them when this is done. The topic is read to its
    end before anything is changed; ended in the middle, the same command goes on. What was not published is gone:
    events of the last moment, personal values, and under which Idempotency-Key somebody was answered.

    \b
    nyfiken recover ideas --check
    NYFIKEN_DATABASE=postgresql://ideas:...@db/ideas nyfiken recover ideas --yes
    """
    (service,) = histories.services
    if (brokers := histories.servers.brokers()) is None:
        raise click.UsageError("say which Kafka: --kafka or NYFIKEN_KAFKA")
    with histories.opened() as [(found, store)], reached(brokers) as kafka:
        must_stand_still(found, store)
        state = _state(kafka, store)
        has = partial(published, brokers, service)
        lost = _lost(store, has, state)
        _tell(service, lost)
        if check:
            raise click.exceptions.Exit(1 if lost else 0)
        if lost:
            if not yes:
                click.confirm("Take it back?", abort=True)
            _take_back(found, store, has, lost)
            go_on_behind(store, lost, state)
        with _telling(service):
            _begin_rules(found, store, brokers)
        click.echo(_what_is_next(service, store))


def _state(kafka: Kafka, store: Store) -> TopicState:
    look = kafka.look(store.service, store.partitions, kafka.usual(), may_make=False)
    if look.topic is None or look.refused:
        raise click.ClickException(look.refused)
    return TopicState(id=look.topic.id, ends=kafka.topics.ends(look.topic))


def _lost(store: Store, has: Published, state: TopicState) -> Mapping[int, Lost]:
    """Partition → what it has lost; where nothing is, it is not named."""
    lost: dict[int, Lost] = {}
    heads, total, read = store.heads(), sum(state.ends.values()), 0
    with bar(f"reading {store.service}") as show, _telling(store.service):
        for events in lacking(store, has):
            n, last = events[0].partition, events[-1]
            before = lost[n].events if n in lost else 0
            lost[n] = Lost(head=heads[n], events=before + len(events), until=last.recorded_at)
            read += len(events)
            show(read, max(read, total - sum(head.position for head in heads.values())))
    return lost


def _tell(service: str, lost: Mapping[int, Lost]) -> None:
    """Say what is lost."""
    for n, each in sorted(lost.items()):
        until = each.until.isoformat(sep=" ", timespec="seconds")
        click.echo(f"{service}/{n}: {each.events:,} events behind position {each.head.position:,}, until {until}")
    if not lost:
        click.echo(f"{service} has everything that its topic has")


def _take_back(service: Service, store: Store, has: Published, lost: Mapping[int, Lost]) -> None:
    rules, done, total = {rule.name for rule in service.reactions}, 0, sum(each.events for each in lost.values())
    with bar(f"taking back {service.name}") as show, _telling(service.name):
        for events in lacking(store, has):
            take_back(store, events, rules)
            failpoint("taken-back")
            done += len(events)
            show(done, total)
    click.echo(f"{service.name}: {done:,} events taken back")


def _begin_rules(service: Service, store: Store, brokers: Brokers) -> None:
    """Where nothing was left of a service its rules go on about where they were; what they answered is there."""
    last = [store.read(n, head.position - 1, 1)[0] for n, head in store.heads().items() if head.position]
    if not last or not not_begun(service, store):
        return
    moment = max(recorded.recorded_at for recorded in last) - _UNANSWERED
    then: dict[Place, Head] = {}
    for source in sorted({source for rule in service.reactions for source in rule.sources}):
        then |= {(source, n): head for n, head in _then(store, source, brokers, moment).items()}
    begun = begin(service, store, then, partial(_past, store, brokers))
    since = moment.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    click.echo(f"{', '.join(begun)} of {service.name} answer what was recorded since {since}")


def _then(store: Store, source: str, brokers: Brokers, moment: datetime) -> Mapping[int, Head]:
    """The last event of each partition that a source had recorded by then; of others, as their topics tell."""
    if source == store.service:
        own = OwnStore(store)
        return {n: last_until(own, n, head, moment) for n, head in own.heads().items()}
    with reached(brokers) as kafka, bar(f"reading {source}") as show:
        if (topic := kafka.topics.describe(source)) is None:
            raise click.ClickException(f"there is no topic {brokers.topic(source)}; recover again when it is there")
        return until(partial(published, brokers, source), kafka.topics.ends(topic), moment, show)


def _past(store: Store, brokers: Brokers, place: Place, position: int) -> Iterator[Sequence[Recorded]]:
    source, partition = place
    if source == store.service:
        yield from up_to(OwnStore(store), partition, position)
    elif position:
        for events in published(brokers, source, partition, Head()):
            yield [recorded for recorded in events if recorded.position <= position]
            if events[-1].position >= position:
                return


def _what_is_next(service: str, store: Store) -> str:
    """What is to be done now, command by command."""
    with store.transaction() as transaction:
        now = transaction.now.astimezone(UTC).isoformat()
    lines = [
        f"Start the processes of {service} again.",
        f"Where others stop at an event of {service}, they had heard of one that is lost for ever:",
        *(f"  nyfiken rewind {other} {service} --since {now}" for other in SERVICES if other != service),
    ]
    return "\n".join(lines)


@contextmanager
def _telling(service: str) -> Iterator[None]:
    """What goes wrong inside is told with what to do."""
    try:
        yield
    except SourceRestored as error:
        raise click.ClickException(
            f"the topic has another event at {str(error).split()[0]} than the database: that was used after it was "
            f"restored. Restore the backup once more, with all processes of {service} stopped, and recover it before "
            f"they start"
        ) from None
    except TopicLacks as error:
        raise click.ClickException(f"{error}; restore a backup that has it, then recover the rest") from None
    except (UnknownEventType, UnknownEventVersion) as error:
        raise click.ClickException(
            f"{error} is not known to this release: recover with the one that wrote it"
        ) from None
    except HistoryDiffers as error:
        raise click.ClickException(f"{error}: somebody records meanwhile; stop all processes of {service}") from None
