"""What all tests share."""

import pytest

pytest.register_assert_rewrite("chassis.testing")  # a suite that fails shows what it compared, as any test does


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """One running platform for all journeys; they tell different stories, so they do not disturb each other."""
    from tests.platform import RunningPlatform  # here: most tests need none

    running = RunningPlatform(tmp_path_factory.mktemp("platform") / "data").start()
    yield running
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
