"""What the pages of the alerts let somebody type to see how it is: every command answers on a cluster."""

import contextlib
import os
import re
import signal
import subprocess

import httpx
import pytest

from tests.cluster.kubectl import ROOT
from tests.cluster.pages import filled
from tests.cluster.platform.deployed import of
from tests.deploy.promtool import alerts
from tests.deploy.runbooks import page_of
from tests.faults.stage import until

LOOKED = "How to look"
ELSEWHERE = re.compile(r"# with (KEDA|Strimzi|CloudNativePG)|cnpg\.io/")
"""On a cluster with that operator: tests/cluster/manifests types these."""
NOTHING_FOUND = 1
"""What grep ends with where a log has no such line."""


@pytest.mark.parametrize("name", [page_of(alert).stem for alert in alerts().values()])
def test_every_command_to_look_with_answers(deployed, name, seen):
    page = deployed.page(name)
    lines = [line for line in page.lines(LOOKED) if not ELSEWHERE.search(line)]
    words = {
        "SERVICE": "ideas",
        "SOURCE": "experiments",
        "POD": next(iter(of("ideas-worker"))),
        "PROCESSOR": "idea_board_v1",
        "KEY": "nobody",
    }
    with contextlib.ExitStack() as forwarding:
        for line in lines:
            if "port-forward" in line:
                forwarding.enter_context(forwarded(filled(line, words)))
            elif "parked show" in line:
                page.ran(line, code=1, **words)
            elif "grep" in line:
                page.ran(f"{line} || [ $? = {NOTHING_FOUND} ]", **words)
            else:
                page.ran(line, **words)
    seen(f"{name}.md: how to look", f"{len(lines)} commands, all answer")


@contextlib.contextmanager
def forwarded(line):
    """A port of the cluster's own machine leads to a Pod as long as somebody looks."""
    command, port = line.partition("&")[0], re.search(r" (\d+):", line)[1]
    going = subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until(lambda: leads(port), f"{command} leads nowhere")
        yield
    finally:
        os.killpg(going.pid, signal.SIGTERM)
        going.wait()


def leads(port):
    try:
        return httpx.get(f"http://localhost:{port}/healthz", timeout=5.0, trust_env=False).is_success
    except httpx.TransportError:
        return False
