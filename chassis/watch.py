"""What a worker says of itself to whoever watches over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from chassis import metrics
from chassis.figures import page
from chassis.health import Shown
from chassis.outage import Outage
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.worker import Worker

RECENTLY = 15.0
"""Seconds within which a worker that is able to work has renewed its leases; it does so every three."""


class Watch:
    """A worker seen from outside. ``worker`` is None until its database has been reached for the first time."""

    def __init__(self, service: Service, store: Store) -> None:
        self.worker: Worker | None = None
        self.store_away = Outage("store-unavailable", "store-back")
        """Until it has been reached; after that the worker knows."""
        self._service = service
        self._store = store

    @property
    def paths(self) -> Mapping[str, Callable[[], Shown]]:
        """Path → what is found there."""
        return {"/healthz": self.alive, "/readyz": self.ready, "/metrics": self.figures}

    def alive(self) -> Shown:
        """That this process is; neither the database nor Kafka is asked."""
        return Shown.json({"alive": True})

    def ready(self) -> Shown:
        """Whether it is able to work: its database has let it renew its leases just now, and its read models serve.

        Until they do, a worker of the release before must go on: nobody else fills the tables that people still read.
        Nor is it while its topic has never been one to publish to: somebody has set something wrongly. That Kafka is
        away, and processors that must not go on in this process, are told and do not unready it: others may go on.
        """
        if self.worker is None:
            reason = f"the database was not reached yet: {self.store_away.reason}"
            return Shown.json({"ready": False, "reason": reason}, ok=False)
        since, built, relay = self.worker.since_leases(), self.worker.being_built(), self.worker.relay
        degraded = [f"nothing is published: {relay.waits_for}"] if relay and relay.waits_for else []
        found = {"being_built": built, "stopped": self.worker.stopped(), "degraded": degraded}
        if since >= RECENTLY:
            found["reason"] = f"the database has not been reached for {since:.0f} s: {self.worker.store_away()}"
        elif relay and relay.unfit:
            found["reason"] = relay.unfit
        ready = not built and "reason" not in found
        return Shown.json({"ready": ready, **found}, ok=ready)

    def figures(self) -> Shown:
        """What it has counted, for Prometheus, and how far the service is."""
        body = page(self._service, self._store)
        return Shown(status=HTTPStatus.OK, media_type=metrics.CONTENT_TYPE, body=body)
