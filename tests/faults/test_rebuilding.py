"""A read model is built anew beside the one that serves, which goes on answering; nobody is told anything again."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.processing.registry import generations, rows
from services.notifications.read_models import INBOX
from tests.faults.check import Platform

ROOT = Path(__file__).parents[2]
WITHIN = 30.0
"""Seconds until a new table serves."""
NEWER_CODE = """
import dataclasses, sys
from chassis import processes
from services.notifications import main

def newer(model):
    return dataclasses.replace(model, version=model.version + 1) if model.name == "inbox" else model

models = tuple(newer(model) for model in main.SERVICE.read_models)
main.PROGRAM = dataclasses.replace(main.PROGRAM, service=dataclasses.replace(main.SERVICE, read_models=models))
sys.argv = ["notifications", "worker"]
processes.run("notifications", "services.notifications.main")
"""
"""A worker of tomorrow, whose inbox has another version."""
NEWER = dataclasses.replace(INBOX, version=INBOX.version + 1)


@pytest.fixture
def supported(person):
    """Karin, whose idea ten people follow and have been told of: her idea, and those people."""
    karin, *others = (person(f"somebody-{uuid4()}") for _ in range(11))
    idea = karin.post("/ideas", {"title": "Öppen anhörigkväll", "what": "En kväll i månaden."}, expect=201)["idea_id"]
    for other in others:
        other.put(f"/ideas/{idea}/support")
    person("amina", "coach").post(f"/ideas/{idea}/review")
    assert [len(other.get("/inbox")["items"]) for other in others] == [1] * 10
    return others


@pytest.fixture
def history(platform):
    it = Platform.of(platform)
    yield it
    it.close()


@contextmanager
def a_newer_worker(platform):
    """Beside the one that runs, as while a new release is rolled out."""
    (program,) = (one for one in platform.programs() if one.name == "notifications worker")
    environment = os.environ | program.environment | {"NYFIKEN_WORKER": "worker-2"}
    worker = subprocess.Popen([sys.executable, "-c", NEWER_CODE], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(15)


def answers_until(condition, somebody):
    """Ask for an inbox again and again until it is so."""
    patience_ends = time.monotonic() + WITHIN
    while not condition():
        assert len(somebody.get("/inbox")["items"]) == 1
        assert time.monotonic() < patience_ends, "the new table does not serve"


def serves(history, model, generation=1):
    with history.stores["notifications"].reading() as db:
        return any(one.serving and one.generation == generation for one in generations(db, model))


def told(history):
    return [r.stream for r in history.history("notifications") if r.type == "notification-raised.v1"]


def kept(history, model):
    with history.stores["notifications"].reading() as db:
        serving = rows(db, model)
        return {row.notification_id: row for row in serving.all(serving.table.select())}


def test_a_new_version_is_built_beside_the_old_one_which_goes_on_serving(platform, history, supported):
    history.catches_up()
    before = told(history)
    with a_newer_worker(platform):
        answers_until(lambda: serves(history, NEWER), supported[0])
        assert kept(history, NEWER) == kept(history, INBOX) != {}
    assert told(history) == before


def test_a_rebuilt_read_model_is_the_same_and_nobody_is_told_again(platform, history, supported):
    history.catches_up()
    before, inbox = told(history), kept(history, INBOX)
    platform.nyfiken("rebuild", "inbox")
    answers_until(lambda: serves(history, INBOX, generation=2), supported[0])
    assert kept(history, INBOX) == inbox
    assert told(history) == before
