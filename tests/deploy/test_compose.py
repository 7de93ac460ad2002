"""The compose file: one command, and the story is told on PostgreSQL and Kafka."""

import json

import httpx
import pytest

from nyfiken.layout import SERVICES
from tests.chassis.running import free_port
from tests.deploy.docker import BUILD_SECONDS, Compose, docker
from tests.faults.cluster import until

READY = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8081/readyz').read().decode())"
TOLD = 120.0
"""Seconds in which the story is told."""


@pytest.mark.timeout(BUILD_SECONDS + 300)
def test_the_story_is_told_on_it_and_every_process_is_healthy(image):
    ports = {f"NYFIKEN_{service.upper()}_PORT": str(free_port()) for service in SERVICES}
    with Compose(**ports) as compose:
        compose("up", "--detach")
        until(lambda: compose.container("demo")["State"]["Status"] == "exited", TOLD, lambda: compose.said("demo"))
        assert compose.container("demo")["State"]["ExitCode"] == 0, compose.said("demo")
        assert "Berättelsen är slut" in compose.said("demo")
        for service in SERVICES:
            url = f"http://127.0.0.1:{ports[f'NYFIKEN_{service.upper()}_PORT']}"
            assert [httpx.get(f"{url}{path}").status_code for path in ("/docs", "/readyz", "/metrics")] == [
                200,
                404,
                404,
            ]
            ready = json.loads(docker("exec", compose.container(f"{service}-web")["Id"], "python", "-c", READY))
            assert (ready["ready"], ready["degraded"]) == (True, [])
            for role in ("web", "worker"):
                state = compose.container(f"{service}-{role}")["State"]
                assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy")
