"""The services and their stores, files or databases, for the commands that look after them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from chassis.errors import Unavailable
from chassis.processing.leases import living
from chassis.processing.tables import create_tables
from chassis.service import Service
from chassis.store.postgres import PostgresStore
from chassis.store.protocol import Store
from chassis.store.sqlite import SqliteStore, open_store
from nyfiken.databases import reason, telling
from nyfiken.key_files import platform_keys
from nyfiken.layout import SERVICES, data_option
from nyfiken.servers import Servers, database_option, servers_options

F = TypeVar("F", bound=Callable[..., Any])
AnyStore = SqliteStore | PostgresStore
Opened = tuple[Service, AnyStore]
_CONNECTIONS = 2
"""What a command needs at most at the same time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Histories:
    """Where the services that are meant have their histories: files, or databases."""

    data: Path
    servers: Servers
    services: tuple[str, ...] = SERVICES

    def opened(self, *, may_make: bool = False) -> AbstractContextManager[list[Opened]]:
        """The services with their stores; says so when there is none, or makes files. Raises ClickException."""
        return _opened(self.data, self.servers, self.services, may_make)

    @property
    def exist(self) -> bool:
        """Whether there may be stores to open."""
        return has_history(self.data, self.servers)


SERVICE = click.argument("services", type=click.Choice(SERVICES), metavar="SERVICE")
ONE_OR_MORE = click.argument("services", nargs=-1, required=True, type=click.Choice(SERVICES), metavar="SERVICE...")
SOME_OR_ALL = click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
ONE_OR_ALL = click.option("--service", "services", type=click.Choice(SERVICES), help="Only that of this service.")
"""The ways in which a command may be told which services are meant."""


def histories_of(told: Callable[[Any], Any]) -> Callable[[F], F]:
    """The options that say where the histories are, of the services that are ``told``; one argument, ``histories``."""

    def decorated(function: F) -> F:
        @told
        @data_option
        @servers_options
        @database_option
        @functools.wraps(function)
        def with_histories(
            *args: Any,
            data: Path,
            servers: Servers,
            services: str | tuple[str, ...] | None,
            database: str | None,
            **others: Any,
        ) -> Any:
            meant = (services,) if isinstance(services, str) else services or SERVICES
            # In the environment of one service's process it is set; what follows a group has a say of its own.
            if database and len(meant) != 1 and click.get_current_context().invoked_subcommand is None:
                raise click.UsageError("--database, or NYFIKEN_DATABASE, is that of one service: say which")
            here = Histories(data=data, servers=dataclasses.replace(servers, own=database), services=meant)
            return function(*args, histories=here, **others)

        return cast(F, with_histories)

    return decorated


histories_options = histories_of(ONE_OR_ALL)
"""Of all services, or of one."""


@contextmanager
def _opened(data: Path, servers: Servers, names: Iterable[str], may_make: bool) -> Iterator[list[Opened]]:
    if not may_make and not has_history(data, servers):
        raise click.ClickException(f"there is no history in {data}; say where it is: --data, or --postgres")
    services: list[Service] = [import_module(f"services.{name}.main").SERVICE for name in names]
    master = platform_keys(data, may_make=may_make).master
    with ExitStack() as opening:
        stores = [opening.enter_context(opened_one(service.name, data, servers, master)) for service in services]
        for store in stores:
            with store.transaction() as transaction:
                create_tables(transaction.connection)  # the platform may never have got that far
        try:
            yield list(zip(services, stores, strict=True))
        except Unavailable as error:
            raise click.ClickException(f"a store is not available: {reason(error)}") from None


@contextmanager
def opened_one(service: str, data: Path, servers: Servers, master_key: bytes) -> Iterator[AnyStore]:
    """The store of a service, a file if no database is said. Raises ClickException."""
    database = servers.database(service)
    store: AnyStore
    if database is None:
        store = open_store(data, service, master_key)
    else:
        store = PostgresStore(database.address, service, master_key=master_key, connections=_CONNECTIONS)
    try:
        if database is not None:
            with telling(database.address):
                store.heads()  # at the first touch it says whether it is the right one
        yield store
    finally:
        store.close()


def must_stand_still(service: Service, store: Store) -> None:
    """Raise ClickException where a worker of the service lives, as far as leases tell."""
    with store.transaction() as transaction:
        if workers := sorted(living(transaction)):
            raise click.ClickException(
                f"{', '.join(workers)} of {service.name} lives, or did so ten seconds ago: stop all processes of "
                f"{service.name} first"
            )


def partitions_of(
    data: Path, servers: Servers, master_key: bytes, services: Iterable[str] = SERVICES
) -> dict[str, int]:
    """How many partitions the store of each service has. Raises ClickException."""
    found = {}
    for service in services:
        with opened_one(service, data, servers, master_key) as store:
            found[service] = store.partitions
    return found


def has_history(data: Path, servers: Servers) -> bool:
    """Whether there may be stores to open."""
    return bool(servers.own or servers.postgres) or any(data.glob("*.sqlite"))
