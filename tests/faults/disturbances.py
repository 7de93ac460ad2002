"""What is done to servers and processes, each by a name; tests make one after the other, chaos any."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.of_brokers import broker_is_gone, broker_is_killed
from tests.faults.of_databases import (
    backend_is_killed,
    database_is_read_only,
    database_is_restarted,
    disk_is_full,
    snapshot_is_held,
)
from tests.faults.of_processes import process_is_killed, worker_is_suspended
from tests.faults.of_topics import (
    delivery_is_repeated_and_out_of_order,
    kafka_is_wiped,
    strange_things_are_published,
    topic_is_emptied,
)
from tests.faults.stage import Disturbance

DISTURBANCES: Mapping[str, Disturbance] = {
    "broker killed": broker_is_killed,
    "broker gone": broker_is_gone,
    "topics emptied": topic_is_emptied,
    "Kafka wiped": kafka_is_wiped,
    "delivered twice, out of order": delivery_is_repeated_and_out_of_order,
    "strange things on the topic": strange_things_are_published,
    "PostgreSQL restarted": database_is_restarted,
    "backend killed": backend_is_killed,
    "database read-only": database_is_read_only,
    "disk full": disk_is_full,
    "long snapshot": snapshot_is_held,
    "process killed": process_is_killed,
    "worker suspended": worker_is_suspended,
}
MOUNTING = "disk full"
"""Takes the right to mount."""
