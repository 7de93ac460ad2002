"""``nyfiken topics``: make the topics that events travel by, check them, put empty ones in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.table import Table

from chassis.settings import Brokers
from chassis.transport.relayed import give_up
from nyfiken.brokers import Look, reached
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES
from nyfiken.servers import Servers, servers_options
from nyfiken.stores import ONE_OR_MORE, Histories, has_history, histories_of, histories_options, partitions_of
from nyfiken.tables import show

NEW = 8
"""Partitions where there is no store yet to ask."""


@click.group(invoke_without_command=True)
@histories_options
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of each topic; as the stores have, 8 without any.")
@click.option("--replication", type=click.IntRange(1, 32), help="Copies of each event; 3, or as there are brokers.")
@click.option("--min-insync", type=click.IntRange(1, 32), help="Copies that must acknowledge; 2 of 3, 1 of fewer.")
@click.option("--retention", type=click.IntRange(-1), default=-1, show_default=True, help="Milliseconds; -1 for ever.")
@click.option("--check", is_flag=True, help="Change nothing; what is missing is an error.")
@click.pass_context
def command(
    context: click.Context,
    partitions: int | None,
    replication: int | None,
    min_insync: int | None,
    retention: int,
    check: bool,
    histories: Histories,
) -> None:
    """Make the topics that events travel by where they are missing, and check those that are there.

    Each service has one, with as many partitions as its store, kept for ever. Exit code 1: one is missing (--check),
    or cannot carry the events as it is; the line says what to do.

    \b
    nyfiken topics --kafka 127.0.0.1:9092
    nyfiken topics --check
    NYFIKEN_DATABASE=postgresql://ideas:...@db/ideas nyfiken topics --service ideas
    nyfiken topics renew ideas
    """
    if context.invoked_subcommand:
        return
    counts = dict.fromkeys(histories.services, partitions) if partitions else _partitions(histories)
    with reached(_brokers(histories.servers)) as kafka:
        wanted = kafka.usual(replication, min_insync, retention)
        looks = [kafka.look(service, count, wanted, may_make=not check) for service, count in counts.items()]
    _show(looks)


@command.command()
@click.argument("services", nargs=-1, required=True, type=click.Choice(SERVICES), metavar="SERVICE...")
@servers_options
@click.confirmation_option(prompt="The topic is deleted, and published again from the store. Renew it?")
def renew(services: tuple[str, ...], servers: Servers) -> None:
    """Put an empty topic in place of that of each SERVICE; the running relay publishes the whole store to it again.

    So Kafka forgets what was masked in the store, and a topic that was damaged is whole. It takes a Kafka user who may
    delete and make topics; where Strimzi looks after them, delete the KafkaTopic and apply it again instead.

    \b
    nyfiken topics renew ideas
    """
    with reached(_brokers(servers)) as kafka:
        for service in services:
            kafka.topics.renew(service)
            click.echo(f"topic {kafka.brokers.topic(service)}: renewed")


@command.command()
@histories_of(ONE_OR_MORE)
@click.confirmation_option(prompt="It publishes nothing any more, and all of it again where Kafka comes back. Go on?")
def forget(histories: Histories) -> None:
    """Let each SERVICE forget that it has published, where Kafka was taken away on purpose.

    Until then what is recorded counts as waiting to be published, and the work as left undone. The workers must run
    without NYFIKEN_KAFKA. Topics stay; with Kafka again, the whole history is published to them once more.

    \b
    nyfiken topics forget ideas
    """
    with histories.opened() as services:
        for service, store in services:
            with store.transaction() as transaction:
                if publishing := give_up(transaction):
                    raise click.ClickException(
                        f"{', '.join(publishing)} of {service.name} publishes, or did so ten seconds ago: start it "
                        f"without NYFIKEN_KAFKA first"
                    )
            click.echo(f"{service.name}: has published nothing")


def _brokers(servers: Servers) -> Brokers:
    brokers = servers.brokers()
    if brokers is None:
        raise click.UsageError("say which Kafka: --kafka or NYFIKEN_KAFKA")
    return brokers


def _partitions(histories: Histories) -> Mapping[str, int]:
    """As their stores have."""
    if not has_history(histories.data, histories.servers):
        return dict.fromkeys(histories.services, NEW)
    master = platform_keys(histories.data, may_make=False).master
    return partitions_of(histories.data, histories.servers, master, histories.services)


def _show(looks: Sequence[Look]) -> None:
    """The table, what is to be thought of, and what is refused: then it ends with 1."""
    table = Table("topic", "id")
    for column in ("partitions", "replication", "min.insync.replicas", "retention"):
        table.add_column(column, justify="right")
    table.add_column("state")
    for look in looks:
        table.add_row(*_row(look), style="red" if look.refused else "yellow" if look.warnings else "")
    show(table)
    for warning in (warning for look in looks for warning in look.warnings):
        click.echo(warning)
    if refused := [look.refused for look in looks if look.refused]:
        raise click.ClickException("\n       ".join(refused))


def _row(look: Look) -> tuple[str, ...]:
    if look.topic is None:
        return (look.name, *[""] * 5, look.state)
    configs, kept = look.topic.configs, look.topic.configs["retention.ms"]
    counts = (str(look.topic.partitions), str(look.topic.replication), configs["min.insync.replicas"])
    return (look.name, look.topic.id, *counts, "for ever" if kept == "-1" else f"{kept} ms", look.state)
