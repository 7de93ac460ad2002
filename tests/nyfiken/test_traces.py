"""One trace of what a request led to: over PostgreSQL and Kafka, in all three services, to what people are shown."""

import json

import pytest

from tests.chassis.collector import Collector
from tests.chassis.meanwhile import until
from tests.platform import RunningPlatform

TITLE = "Tyst timme på Norrbyskolan"


@pytest.fixture(scope="module")
def collector():
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def platform(postgres_server, kafka_server, tmp_path_factory, collector):
    servers = {"postgres": postgres_server.dsn, "kafka": kafka_server.bootstrap_servers}
    platform = RunningPlatform(
        tmp_path_factory.mktemp("traces") / "data", {"NYFIKEN_TRACES": collector.address}, **servers
    )
    yield platform.start()
    platform.remove()


def lines(platform, process):
    log = platform.data / "logs" / f"{process.replace(' ', '-')}.log"
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_a_trace_leads_from_a_request_through_kafka_to_the_read_models_of_all(platform, collector):
    client = platform.client()
    karin = platform.person(client, "karin")
    idea = karin.post("/ideas", {"title": TITLE, "what": "En timme utan möten."}, expect=201)["idea_id"]

    def begun():
        return next((span for span in collector.spans if span.name == "POST /ideas"), None)

    def of_it(name):
        return [span for span in collector.spans if (span.trace, span.name) == (begun().trace, name)]

    until(begun)
    assert (begun().process, begun().parent) == ("ideas web", "")
    assert begun().about == {"http.request.method": "POST", "http.route": "/ideas", "http.response.status_code": 201}
    until(lambda: {span.process for span in of_it("process ideas")} >= {f"{name} worker" for name in platform.urls})
    until(lambda: of_it("send ideas"))
    led_to = [*of_it("append"), *of_it("send ideas"), *of_it("process ideas")]
    assert {span.parent for span in led_to} == {begun().id}
    assert {span.process for span in of_it("append")} == {"ideas web"}
    assert {span.process for span in of_it("send ideas")} == {"ideas worker"}
    shown = {name for span in of_it("process ideas") for name in span.about["nyfiken.processors"]}
    assert {name.rpartition("_v")[0] for name in shown} >= {"idea_board", "idea_story"}
    positions = {span.about["nyfiken.position"] for span in (*of_it("send ideas"), *of_it("process ideas"))}
    assert all(at.startswith("ideas/") for at in positions)

    request = next(line for line in lines(platform, "ideas web") if line.get("route") == "/ideas")
    assert request["trace_id"] == begun().trace
    batches = [line for line in lines(platform, "experiments worker") if line["event"] == "batch"]
    assert any(request["correlation_id"] in line["correlation_ids"] for line in batches)

    person = platform.person_id("karin")
    for told in (TITLE, "Karin", idea, person):
        assert not [body for body in collector.bodies if told.encode() in body]
    client.close()


def test_a_collector_that_hangs_holds_up_nobody(platform, collector):
    collector.stuck.set()
    client = platform.client()
    karin = platform.person(client, "karin")
    for _ in range(5):
        karin.post("/ideas", {"title": TITLE, "what": "En timme utan möten."}, expect=201)
    client.close()
    assert platform.stop() < 10
