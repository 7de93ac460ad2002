"""What all tests share."""

import contextlib
import os

import pytest

pytest.register_assert_rewrite("chassis.testing")  # a suite that fails shows what it compared, as any test does
collect_ignore = [] if os.environ.get("NYFIKEN_CLUSTER") else ["cluster"]  # takes a Kubernetes: make cluster-test
_TAKEN = pytest.StashKey[list[str]]()


SERVERS = ("NYFIKEN_POSTGRES", "NYFIKEN_KAFKA")
"""Settings of whoever develops here, as `make stack` prints them: a test says itself what it runs on."""


def pytest_configure(config):
    for name in SERVERS:
        os.environ.pop(name, None)
    # kafka-python reads its own files in a way that Python 3.11 and 3.12 warn of when it is imported.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from tests.scheduling import ByFileAndPlatform

    return ByFileAndPlatform(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_report_header():
    from tests.servers.found import described

    return f"servers, for tests that need them: {described(os.environ)}"


def pytest_terminal_summary(terminalreporter, config):
    if taken := config.stash.get(_TAKEN, []):
        terminalreporter.write_line(f"servers taken: {', '.join(taken)}")


@pytest.fixture(scope="session", params=["embedded", "servers"])
def platform(request, tmp_path_factory):
    """A running platform for all journeys, which tell different stories, so they do not disturb each other; and then
    one on PostgreSQL and Kafka, for the same journeys."""
    from tests.platform import RunningPlatform  # here: most tests need none

    servers = {}
    if request.param == "servers":
        servers["postgres"] = request.getfixturevalue("postgres_server").dsn
        servers["kafka"] = request.getfixturevalue("kafka_server").bootstrap_servers
    running = RunningPlatform(tmp_path_factory.mktemp("platform") / "data", **servers)
    request.config.stash[_PLATFORM] = (request.param, running)
    try:
        yield running.start()
    finally:
        running.remove()


_PLATFORM = pytest.StashKey()


def _platform_of(item):
    """The platform that a test asks for, where it is there already."""
    kind, running = item.config.stash.get(_PLATFORM, (None, None))
    asked = item.callspec.params.get("platform") if hasattr(item, "callspec") else None
    return running if asked == kind else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if (running := _platform_of(item)) and running.pid is None:
        running.start()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """A platform that nobody asks for next rests, for it takes a good part of a small machine to do nothing."""
    if (running := _platform_of(item)) and (nextitem is None or _platform_of(nextitem) is not running):
        running.stop()


@pytest.fixture
def client(platform):
    """An HTTP client for all three services, which reads what was written through it."""
    it = platform.client()
    yield it
    it.close()


@pytest.fixture
def person(platform, client):
    """Somebody by a name, with roles: ``person("karin", "employee", "coach")``."""
    return lambda sub, *roles, unit="vof": platform.person(client, sub, *(roles or ("employee",)), unit=unit)


@pytest.fixture(scope="session")
def postgres_server(request):
    """A PostgreSQL for all tests: ``.dsn`` is the address of a database of it that nobody uses."""
    from tests.servers import found

    yield from _server(request.config, found.postgres())


@pytest.fixture(scope="session")
def kafka_server(request):
    """A Kafka for all tests: ``.bootstrap_servers``, and ``.client``, what a client of kafka-python needs. Make topics
    with names of your own."""
    from tests.servers import found

    yield from _server(request.config, found.kafka())


@pytest.fixture
def database(postgres_server):
    """The address of a new empty database."""
    from tests.servers.postgres import new_database

    with new_database(postgres_server.dsn) as address:
        yield address


@pytest.fixture
def own_postgres():
    """Starts a PostgreSQL for this test alone, to be killed and started again: ``own_postgres()``."""
    from tests.servers.postgres import Postgres

    with contextlib.ExitStack() as running:
        yield _own(Postgres, running)


@pytest.fixture
def own_kafka():
    """Starts a Kafka for this test alone, to be killed and started again: ``own_kafka()``, ``own_kafka(login=…)``."""
    from tests.servers.kafka import Kafka

    with contextlib.ExitStack() as running:
        yield _own(Kafka, running)


def _server(config, kind):
    from tests.servers.found import NoServer, absent, found

    try:
        with found(kind, os.environ) as (way, server):
            config.stash.setdefault(_TAKEN, []).append(f"{kind.name}: {way}")
            yield server
    except NoServer as reason:
        absent(reason)


def _own(make, running):
    from tests.servers.found import absent
    from tests.servers.process import NotStarted

    def started(**options):
        try:
            return running.enter_context(make(**options))
        except (FileNotFoundError, NotStarted) as reason:
            absent(reason)

    return started
