"""The process that gives load: Locust's users, built from personas. The only module here that needs Locust.

``python -m benchmarks.load.drive PLAN CAME``; ends with 1 where it could not do what the plan says.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gevent  # after Locust, which has gevent take the place of what waits
from locust import FastHttpUser, between, constant
from locust.env import Environment

from benchmarks.load.actions import ACTIONS
from benchmarks.load.asking import TRIES, Answer, Ask, Verdict, judged
from benchmarks.load.pace import OpenLoop, answered, begun
from benchmarks.load.personas import Persona, load_personas
from benchmarks.load.plans import Came, Phase, Plan, read_plan, write_came
from benchmarks.load.samples import Sample
from benchmarks.load.visitor import Visitor

_SENDERS = 64
"""Of an open loop: how many requests may be on their way at once. More wait, and their waiting counts."""
_SPAWNED = 100
"""Users that come each second, before anything counts: more at once, Locust warns of."""
_PATIENCE = 30.0
Crowd = Sequence[tuple[Persona, Visitor]]


class Person(FastHttpUser):
    """Sends requests, and notes what came of them."""

    abstract = True
    host = "http://127.0.0.1"
    network_timeout = connection_timeout = _PATIENCE
    urls: dict[str, str]
    samples: list[Sample]

    def ask(self, ask: Ask, due: float) -> tuple[Answer, Verdict]:
        """Send a request that was due then, again where the answer says so, and note it."""
        sent, again = time.monotonic(), 0
        answer = self._sent(ask)
        while (verdict := judged(answer)) == "later" and again < TRIES - 1:
            gevent.sleep(float(answer.headers["Retry-After"]))
            answer, again = self._sent(ask), again + 1
        why = (
            "" if verdict == "good" else f"{answer.status} {answer.slug or answer.body[:200].decode(errors='replace')}"
        )
        took = time.monotonic() - due
        self.samples.append(Sample(ask.name, not ask.is_read, due, took, verdict, again, sent - due, why))
        return answer, verdict

    def _sent(self, ask: Ask) -> Answer:
        with self.client.request(
            ask.method,
            self.urls[ask.service] + ask.path,
            name=ask.name,
            data=ask.body,
            headers=dict(ask.headers),
            allow_redirects=False,
            catch_response=True,
        ) as response:
            response.success()  # whether it is one is judged above
            headers = {name.title(): value for name, value in (response.headers or {}).items()}
            if "Etag" in headers:
                headers["ETag"] = headers.pop("Etag")
            failed = getattr(response, "error", None)  # only an answer that did not come has one
            body = response.content or (str(failed).encode() if failed else b"")
            return Answer(status=response.status_code, headers=headers, body=body)


def closed_loop(crowd: Crowd, users: int, shared: dict[str, Any]) -> tuple[list[type[Person]], int]:
    """A class of users for each persona, each of them somebody of the crowd; two may be the same."""
    waiting: dict[str, list[Visitor]] = {}
    for persona, visitor in crowd:
        waiting.setdefault(persona.name, []).append(visitor)
    made = []
    for persona in {persona.name: persona for persona, _ in crowd}.values():
        of = waiting[persona.name]
        share = len(of) / len(crowd)
        made.append(
            type(
                persona.name.title().replace("-", ""),
                (Person,),
                shared
                | {
                    "weight": share * 1_000,
                    "wait_time": between(*persona.think),
                    "tasks": {_task(name): max(1, round(weight * 10)) for name, weight in persona.does.items()},
                    "on_start": _as_somebody(of),
                },
            )
        )
    return made, users


def _as_somebody(of: list[Visitor]) -> Any:
    def on_start(person: Any) -> None:
        of.append(of.pop(0))
        person.visitor = of[-1]
        gevent.sleep(random.uniform(0, 2))

    return on_start


def _task(name: str) -> Any:
    def do(person: Any) -> None:
        under = begun(ACTIONS[name](person.visitor), person.visitor)
        while under:
            answer, verdict = person.ask(under.ask, time.monotonic())
            under = answered(under, answer) if verdict == "good" else None

    do.__name__ = name
    return do


def open_loop(loop: OpenLoop, shared: dict[str, Any]) -> tuple[list[type[Person]], int]:
    """Users who are nobody in particular: each sends what is due next, as whoever it is of."""

    def send(person: Any) -> None:
        due = loop.due()
        if due is None:
            gevent.sleep(_PATIENCE)
            return
        gevent.sleep(max(0.0, due - time.monotonic()))
        under = loop.next()
        answer, verdict = person.ask(under.ask, due)
        if verdict == "good":
            loop.goes_on(under, answer)

    return [type("Sender", (Person,), shared | {"wait_time": constant(0), "tasks": [send]})], _SENDERS


def crowd_of(plan: Plan, personas: Sequence[Persona], chance: random.Random) -> Crowd:
    """Everybody in the plan."""
    by_name = {persona.name: persona for persona in personas}
    return [(by_name[part.persona], Visitor(part, plan.world, random.Random(chance.random()))) for part in plan.parts]


def run(plan: Plan, phase: Phase, crowd: Crowd, chance: random.Random) -> Came:
    """One phase, from its beginning to its calm end."""
    samples: list[Sample] = []
    shared = {"urls": dict(plan.urls), "samples": samples}
    whole = phase.warm_up + phase.seconds
    began = time.monotonic() + 0.5 + (phase.users or 0) / _SPAWNED
    if phase.rate is not None:
        doing = [(less, who) for persona, who in crowd if (less := persona.only(phase.only))]
        loop = OpenLoop(doing, ACTIONS, rate=phase.rate, seconds=whole, began=began, chance=chance)
        classes, users = open_loop(loop, shared)
    else:
        assert phase.users is not None, "a phase has a rate or users"
        classes, users = closed_loop(crowd, phase.users, shared)
    environment = Environment(user_classes=classes)
    runner = environment.create_local_runner()
    runner.start(users, spawn_rate=_SPAWNED)
    ends = began + whole
    gevent.sleep(max(0.0, ends - time.monotonic()))
    _let_finish(samples, phase, began)
    runner.quit()
    _reraise(runner)
    gevent.sleep(phase.calm)
    counted = [sample for sample in samples if began + phase.warm_up <= sample.due < ends]
    return Came(began=began + phase.warm_up, ended=ends, calmed=time.monotonic(), samples=counted)


def _let_finish(samples: Sequence[Sample], phase: Phase, began: float) -> None:
    """Of an open loop every request that was due is waited for, however late it is."""
    if phase.rate is None:
        return
    expected, patience_ends = int(phase.rate * (phase.warm_up + phase.seconds)), time.monotonic() + _PATIENCE
    while len(samples) < expected and time.monotonic() < patience_ends:
        gevent.sleep(0.05)
    if len(samples) < expected:
        raise SystemExit(f"{expected - len(samples)} requests that were due have no answer")


def _reraise(runner: Any) -> None:
    for told in runner.exceptions.values():
        raise SystemExit(f"a user ended with {told['msg']}\n{told['traceback']}")


def main(plan_file: str, came_file: str) -> None:
    """Do what the plan says."""
    plan = read_plan(Path(plan_file))
    chance = random.Random(plan.seed)
    crowd = crowd_of(plan, load_personas(Path(plan.personas), ACTIONS), chance)
    gc.freeze()  # what is there now stays, and looking through all of it would be a pause that nobody else has made
    gc.set_threshold(100_000, 50, 100)
    came = [run(plan, phase, crowd, chance) for phase in plan.phases]
    write_came(came, Path(came_file))


if __name__ == "__main__":
    main(*sys.argv[1:])
