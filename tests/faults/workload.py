"""What people do while processes die: clients that retry until they are answered, and note what was acknowledged."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import httpx

from nyfiken.demo import texts

PATIENCE = 90.0
"""Seconds until a command must have been answered, however many processes died meanwhile."""
PAUSE = 0.1
THINKING = 0.12
"""Seconds before each command of a client, so that there is time to be disturbed in."""
SERVICE_OF = {
    "ideas": "ideas",
    "experiments": "experiments",
    "lessons": "experiments",
    "failures": "experiments",
    "inbox": "notifications",
}
CLIENTS = 6


class Clients:
    """``platform``'s users; ``acknowledged``: the key of each answered command → the positions it was answered with.

    A command's key is its correlation id, too, so that what was recorded of it can be found. ``refusals``: what was
    answered to what could not be done, each time; ``unanswered``: requests that were not answered at all. ``patient``
    clients ask again when they were told to, not before.
    """

    def __init__(self, platform, *, patient=False, timeout=5.0):
        self.acknowledged = {}
        self.retries = 0
        self.refusals = []
        self.unanswered = []
        self._patient, self._timeout = patient, timeout
        self._lock = threading.Lock()
        self._tokens = {}
        self._platform = platform
        self._opened = []
        self._http = {}
        for service, url in platform.urls.items():
            self.reach(service, url)

    def reach(self, service, *urls):
        """From now on ask these web processes of a service by turns."""
        replicas = [httpx.Client(base_url=url, timeout=self._timeout) for url in urls]
        self._opened += replicas
        self._http[service] = itertools.cycle(replicas)

    def close(self):
        for client in self._opened:
            client.close()

    def command(self, method, path, who, body=None, key=None):
        """Give a command again and again, under one key, until it is acknowledged; the answer."""
        key = key or str(uuid4())
        time.sleep(THINKING)
        response = self._answered(method, path, who, {"Idempotency-Key": key, "X-Correlation-ID": key}, body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        with self._lock:
            self.acknowledged[key] = [p.strip() for p in response.headers.get("Event-Position", "").split(",") if p]
        return response.json()

    def query(self, path, who, seen):
        """Ask again and again until it is answered with what is at these positions; the answer."""
        response = self._answered("GET", path, who, {"If-Position": ", ".join(seen)})
        assert response.is_success, f"GET {path}: {response.status_code} {response.text}"
        return response.json()

    def _answered(self, method, path, who, headers, body=None):
        service = SERVICE_OF[path.split("/")[1]]
        headers = {"Authorization": f"Bearer {self._token(who)}", **headers}
        patience_ends = time.monotonic() + PATIENCE
        while True:
            try:
                response = next(self._http[service]).request(method, path, json=body, headers=headers)
                if response.status_code < 500:
                    return response
                self.refusals.append(response)
                why, pause = f"{response.status_code} {response.text}", self._pause(response)
            except httpx.TransportError as error:
                why, pause = repr(error), PAUSE
                self.unanswered.append(f"{method} {path}: {why}")
            assert time.monotonic() < patience_ends, f"{method} {path} was not answered: {why}"
            self.retries += 1
            time.sleep(pause)

    def _pause(self, refusal):
        return float(refusal.headers.get("Retry-After", PAUSE)) if self._patient else PAUSE

    def _token(self, who):
        with self._lock:
            if who not in self._tokens:
                self._tokens[who] = self._platform.token(who)
            return self._tokens[who]


def lives(clients, count, shared_idea):
    """Live so many lives of ideas, several at once."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda n: life(clients, n, shared_idea), range(count)))


TALK = 7
"""Comments on one and the same idea in each life: it gets a long stream, and its author, who makes them, no news."""
COMMANDS_OF_A_LIFE = 20


def happened_in(lives):
    """How often each of these things has happened after so many lives: by command, and by reaction to one."""
    once = ("experiment-drafted", "experiment-started", "observation-recorded", "experiment-failed", "lesson-recorded")
    by_reaction = ("idea-put-to-test", "idea-test-concluded", "lesson-attached", "experiment-closed")
    talk = {"idea-submitted": lives + 1, "idea-supported": 3 * lives, "comment-added": (TALK + 1) * lives}
    return talk | dict.fromkeys((*once, *by_reaction), lives)


def life(clients, n, shared_idea):
    """An idea is had, supported, tried, fails and leaves a lesson: who supported it, and the experiment."""
    author, others = f"author-{n}", [f"colleague-{n}-{m}" for m in range(3)]
    idea = clients.command("POST", "/ideas", author, {"title": f"Idé {n}", "what": "Något nytt."})["idea_id"]
    for other in others:
        clients.command("PUT", f"/ideas/{idea}/support", other)
    clients.command("POST", f"/ideas/{idea}/comments", others[0], {"text": "Bra!"})
    for m in range(TALK):
        clients.command("POST", f"/ideas/{shared_idea}/comments", "somebody", {"text": f"Som min idé {n}.{m}."})
    plan = {**texts.SECOND_TEST, "title": f"Test {n}", "idea_ids": [idea]}
    test = clients.command("POST", "/experiments", author, plan)["experiment_id"]
    at = f"/experiments/{test}"
    clients.command("POST", f"{at}/criteria", author, {"criteria": texts.SECOND_CRITERIA})
    clients.command("POST", f"{at}/checks", author, {"checks": texts.NOTHING_TO_CARE_FOR})
    clients.command("POST", f"{at}/start", author)
    seen = {"criterion_id": "tillsyn-pa-distans", "value": "20", "evidence_type": "usage_data"}
    clients.command("POST", f"{at}/observations", author, {**seen, "observed_on": date.today().isoformat()})
    clients.command("POST", f"{at}/end-measuring", author)
    clients.command("POST", f"{at}/conclude", author, {"outcome": "failed", "evidence_level": "weak"})
    clients.command("POST", "/lessons", author, {"statement": f"Lärdom {n}.", "experiment_ids": [test]})
    return {"supporters": others, "test": test}
