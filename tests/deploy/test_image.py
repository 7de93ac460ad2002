"""The image, hardened: who it is, what it may and what it answers, how it ends."""

import httpx
import pytest

from tests.chassis.running import answers
from tests.deploy.docker import BASE, BUILD_SECONDS, HARDENED, Container, docker, inspect
from tests.faults.cluster import until
from tests.platform import NO_NEIGHBOURS

pytestmark = pytest.mark.timeout(BUILD_SECONDS + 60)
MEGABYTE = 1_000_000
WAIT = 30.0


@pytest.fixture(scope="module")
def web(image):
    with Container("web", "ideas") as running:
        until(lambda: answers(f"{running.url(8081)}/healthz"), WAIT, running.said)
        yield running


def test_it_is_small_and_says_what_it_is(image):
    found = inspect(image)
    assert found["Size"] - inspect(BASE)["Size"] < 250 * MEGABYTE
    assert found["Config"]["Entrypoint"] == ["python", "-m", "nyfiken"]
    assert found["Config"]["User"] == "10001:10001"
    assert found["Config"]["Labels"]["org.opencontainers.image.title"] == "Nyfiken"


def test_it_holds_what_runs_and_nothing_else(image):
    assert docker("run", "--rm", "--entrypoint=ls", image, "/app").split() == [
        "chassis", "contracts", "nyfiken", "services"
    ]  # fmt: skip


def test_it_answers_people_without_a_right_to_anything(web):
    token = web.run("python", "-m", "nyfiken", "token", "--sub=karin", "--role=employee", "--unit=vof", "--data=/data")
    idea = {"title": "Promenadmöten", "what": "Håll korta möten gående."}
    answer = httpx.post(f"{web.url(8080)}/ideas", json=idea, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201
    assert web.run("cat", "/proc/1/status").split("CapEff:")[1].split()[0] == "0" * 16
    assert web.run("id") == "uid=10001 gid=10001 groups=10001"
    assert docker("diff", web.id) == "", "nothing is written beside what is mounted"


def test_it_is_the_process_itself_without_a_shell(web):
    assert web.run("cat", "/proc/1/cmdline").split("\0")[:4][1:] == ["-m", "services.ideas", "web"]
    assert not [line for line in docker("top", web.id).splitlines()[1:] if "services.ideas" not in line]


def test_a_worker_shows_its_health_and_ends_when_it_is_told_to(image):
    with Container("worker", "experiments", **NO_NEIGHBOURS) as worker:
        until(lambda: answers(f"{worker.url(8081)}/readyz"), WAIT, worker.said)
        assert httpx.get(f"{worker.url(8081)}/readyz").json() == {
            "ready": True,
            "being_built": [],
            "stopped": {},
            "degraded": [],
        }
        assert "nyfiken_store_up 1.0" in httpx.get(f"{worker.url(8081)}/metrics").text
        assert worker.stop() == 0


def test_web_ends_when_it_is_told_to(image):
    with Container("web", "notifications") as web:
        until(lambda: answers(f"{web.url(8081)}/healthz"), WAIT, web.said)
        assert web.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "settings", "line"),
    [
        (["web", "ideas"], {"port": "http"}, "NYFIKEN_PORT is a text of 4 characters; expected: a port, 1 to 65535"),
        (["web", "ideas"], {"keys": "/nowhere"}, "/nowhere/master cannot be read: No such file or directory"),
        (["worker", "ideas"], {}, "NYFIKEN_FEED_EXPERIMENTS is not set; expected: an http or https address"),
    ],
)
def test_what_is_set_wrongly_is_said_in_one_line_and_ends_it(image, arguments, settings, line):
    with Container(*arguments, **settings) as container:
        assert container.ended() == 2
        assert line in container.said()
        assert len(container.said().splitlines()) == 1


def test_without_a_place_to_write_it_says_so(image):
    without = [option for option in HARDENED if not option.startswith("--tmpfs")]
    ran = docker("run", "--detach", *without, image, "web", "ideas")
    try:
        assert docker("wait", ran) == "2"
    finally:
        docker("rm", "--force", ran)
