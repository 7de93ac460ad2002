"""What is seen on a real Kubernetes is told at the end, as rows for docs/runbooks/rehearsals.md."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from tests.cluster.kubectl import ROOT, kubectl

_SEEN = pytest.StashKey[list[tuple[str, str]]]()


@pytest.fixture(scope="session", autouse=True)
def _a_cluster_of_its_own():
    if not os.environ.get("NYFIKEN_CLUSTER"):
        pytest.skip("would be done to whatever cluster kubectl knows; make cluster-test makes one")


@pytest.fixture
def seen(pytestconfig):
    """Notes what was done and what came of it."""
    return lambda done, came: pytestconfig.stash.setdefault(_SEEN, []).append((done, came))


def pytest_terminal_summary(terminalreporter, config):
    if not (rows := config.stash.get(_SEEN, [])):
        return
    commit = subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True).strip()
    server = kubectl("version").partition("Server Version: ")[2].strip()
    where = f"Kubernetes {server}, {os.cpu_count()} cores, {commit}"
    lines = [f"{datetime.now(UTC):%Y-%m-%d}: {where}", "", "| what was done | what was seen |", "|---|---|"]
    for line in (*lines, *(f"| {done} | {came} |" for done, came in rows)):
        terminalreporter.write_line(line)
