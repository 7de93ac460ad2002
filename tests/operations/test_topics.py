"""docs/runbooks/topic-partitions.md, scaled-to-zero.md: people go on, and nothing is missing afterwards."""

from __future__ import annotations

import time

import pytest
from kafka.admin import KafkaAdminClient

from tests.faults.lasting import longer
from tests.faults.stage import until

SERVICE = "ideas"
pytestmark = pytest.mark.timeout(240)


def test_a_topic_that_was_given_more_partitions_is_refused_and_made_anew(stage):
    name = stage.topic(SERVICE)
    with KafkaAdminClient(**stage.brokers.options()) as admin, stage.people.going_on():
        admin.create_partitions({name: 12})
        code, said = stage.platform.tries("topics", "--check")
        assert code == 1
        assert f"topic {name} has 12 partitions, the store has 8" in " ".join(said.split())
        until(
            lambda: any("12 partitions" in line["reason"] for line in stage.logged(SERVICE, "relay-waits")), "unnoticed"
        )
        admin.delete_topics([name])
        until(lambda: stage.platform.tries("topics")[0] == 0, "the topic is not made")
    stage.everything_holds()


@longer
def test_everything_is_scaled_to_zero_in_the_middle_and_comes_back(stage):
    with stage.people.going_on():
        time.sleep(1.0)
        stage.platform.stop()
        assert stage.platform.processes() == {}
        stage.platform.start()
        time.sleep(1.0)
    stage.everything_holds()
