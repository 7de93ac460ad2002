"""The page of figures of a service: what its processes have counted, and how far its database says that it is."""

from __future__ import annotations

from chassis import metrics
from chassis.processing.collector import ProcessingCollector
from chassis.service import Service
from chassis.store.protocol import Store
from chassis.transport.collector import RelayCollector


def page(service: Service, store: Store) -> bytes:
    """All of it, as ``metrics.CONTENT_TYPE``."""
    return metrics.page(ProcessingCollector(service, store, RelayCollector(store)))
