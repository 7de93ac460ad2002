"""Processes of one service share a page of figures."""

import os
import subprocess
import sys

COUNT = """
import sys
from chassis import metrics
metrics.HTTP_REQUESTS.labels("GET", "/ideas", "200").inc()
sys.stdout.write(metrics.page().decode())
"""
LINE = 'nyfiken_http_requests_total{method="GET",route="/ideas",status="200"}'


def counted(**environment):
    ran = subprocess.run(
        [sys.executable, "-c", COUNT], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return [line for line in ran.stdout.splitlines() if line.startswith(LINE)]


def test_figures_of_several_processes_are_added_up(tmp_path):
    folder = str(tmp_path)
    assert counted(PROMETHEUS_MULTIPROC_DIR=folder) == [f"{LINE} 1.0"]
    assert counted(PROMETHEUS_MULTIPROC_DIR=folder) == [f"{LINE} 2.0"]


def test_without_a_shared_folder_a_process_shows_its_own():
    assert counted() == counted() == [f"{LINE} 1.0"]
