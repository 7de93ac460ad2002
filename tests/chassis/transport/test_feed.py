"""The feed passes the suite of every transport against a real web process, and keeps a few promises of its own."""

import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from chassis.keys import load_keys
from chassis.processing.source import SourceGone
from chassis.store.protocol import Append, Change, Head
from chassis.testing.happenings import CounterRaised, CounterSigned
from chassis.testing.store_suite import new
from chassis.testing.transport_suite import TransportSuite
from chassis.tokens import Tokens
from chassis.transport.cloudevents import WITHHELD, to_batch
from chassis.transport.feed import FeedSource
from tests.chassis.made_up import PARTITIONS, open_in_partitions
from tests.chassis.running import COUNTS, Running, free_port
from tests.chassis.transport.test_cloudevents import recorded


class Served:
    """A data folder, the store in it, and a web process that serves its feed."""

    def __init__(self, data):
        keys = load_keys(data)
        self.tokens = Tokens(keys.signing, keys.secret)
        self.store = open_in_partitions(data, "suite", keys.master)
        self.web = Running(COUNTS, "web", data, port=free_port(), threads=8)

    def __enter__(self):
        self.web.start().until()
        return self

    def __exit__(self, *_):
        self.web.kill()
        self.store.close()

    def source(self):
        return FeedSource("suite", self.web.url, lambda: self.tokens.sign("listener", ["service"]))

    def ask(self, role, path="/events", headers=(), **asked):
        token = self.tokens.sign("somebody", [role])
        headers = {"Authorization": f"Bearer {token}", **dict(headers)}
        return httpx.get(self.web.url + path, params=asked, headers=headers, timeout=20)


@pytest.fixture
def alone(tmp_path):
    """One that may be stopped."""
    with Served(tmp_path / "data") as served:
        yield served


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One for all tests that only ask, each about a stream of its own."""
    with Served(tmp_path_factory.mktemp("served") / "data") as served:
        yield served


class TestFeed(TransportSuite):
    @pytest.fixture
    def owner(self, alone):
        return alone.store

    @pytest.fixture
    def source(self, alone):
        source = alone.source()
        yield source
        source.close()

    @pytest.fixture
    def outage(self, alone):
        @contextmanager
        def away():
            alone.web.stop()
            yield
            alone.web.start().until()

        return away()


def recorded_in(served, stream):
    """Three events of one stream, the second of which only services see; gives how a page of just them is asked for."""
    happened = (CounterRaised(), CounterSigned(signer_id="anna", name="Anna Andersson"), CounterRaised())
    served.store.append(Append(changes=[Change(stream=stream, expected=0, events=[new(e) for e in happened])]))
    first = served.store.read_stream(stream)[0]
    return {"partition": first.partition, "after": first.position - 1, "limit": 3}


def test_what_one_may_not_see_is_a_mark_at_its_position_so_that_nothing_seems_missing(served):
    asked = recorded_in(served, "counter-marked")
    page = served.ask("analyst", **asked).json()
    assert [e["type"] for e in page] == ["counter-raised.v1", WITHHELD, "counter-raised.v1"]
    assert [e["position"] - asked["after"] for e in page] == [1, 2, 3]
    seen = served.ask("service", **asked)
    assert [e["type"] for e in seen.json()] == ["counter-raised.v1", "counter-signed.v1", "counter-raised.v1"]
    assert "Andersson" not in seen.text


@pytest.mark.parametrize(("role", "status"), [("service", 200), ("analyst", 200), ("admin", 200), ("employee", 403)])
def test_the_feed_is_for_services_analysts_and_admins(served, role, status):
    assert [served.ask(role, path=path).status_code for path in ("/events", "/events/heads")] == [status, status]


def test_without_a_token_there_is_no_feed(served):
    assert httpx.get(f"{served.web.url}/events").status_code == 401


def test_a_full_page_may_be_kept_for_ever_by_who_asked_and_a_page_at_the_end_not_at_all(served):
    asked = recorded_in(served, "counter-kept")
    full = served.ask("service", **asked)
    assert full.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert full.headers["Vary"] == "Authorization"
    tag = {"If-None-Match": full.headers["ETag"]}
    again = served.ask("service", headers=tag, **asked)
    assert (again.status_code, again.content) == (304, b"")
    assert served.ask("service", headers=tag, **asked | {"limit": 2}).status_code == 200
    assert served.ask("service", **asked | {"limit": 1000}).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"partition": PARTITIONS}, 400),
        ({"partition": -1}, 422),
        ({"after": "x"}, 422),
        ({"limit": 0}, 422),
        ({"limit": 1001}, 422),
        ({"wait": 31}, 422),
        ({"wait": "nan"}, 422),
        ({"before": 7}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(served, asked, status):
    answer = served.ask("service", **asked)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"after": f"{PARTITIONS}:1"}, 400), ({"after": "0"}, 422), ({"after": "0:1;1:1"}, 422), ({"wait": -1}, 422)],
)
def test_heads_that_cannot_be_waited_for_are_refused(served, asked, status):
    assert served.ask("service", path="/events/heads", **asked).status_code == status


def test_who_asks_again_and_again_fills_no_log(served):
    asked = recorded_in(served, "counter-logged")
    served.ask("service", **asked)
    before = served.web.said().count('"event":"request"')
    served.ask("service", after=1_000_000)
    served.ask("service", path="/events/heads")
    assert served.web.said().count('"event":"request"') == before > 0


def test_a_quarter_of_the_threads_wait_and_whoever_comes_then_is_answered_at_once(served):
    end = {p: head.position for p, head in served.store.heads().items()}[0]
    took = []

    def poll():
        began = time.monotonic()
        served.ask("service", after=end, wait=2)
        took.append(time.monotonic() - began)

    polls = [threading.Thread(target=poll) for _ in range(5)]
    for thread in polls:
        thread.start()
    for thread in polls:
        thread.join()
    assert [seconds > 1.9 for seconds in sorted(took)] == [False, False, False, True, True]


def test_who_waits_does_not_hold_up_the_end(alone):
    answers = []

    def wait():
        source = alone.source()
        answers.append(source.wait({0: Head()}, 25))
        source.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    seconds, code = alone.web.stop()
    waiting.join()
    assert (code, seconds < 5) == (0, True)
    assert answers == [False]


class Answering(httpx.BaseTransport):
    """A feed that answers anything at all."""

    def __init__(self, status, content):
        self._answer = (status, content)

    def handle_request(self, request):
        status, content = self._answer
        return httpx.Response(status, content=content)


def event(**changed):
    return recorded(**{"service": "suite", "partition": 0, "position": 1, **changed})


def batch(*events):
    return to_batch(events)


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (503, b"{}", "answered 503"),
        (200, b"<html>not a feed</html>", "something else than events"),
        (200, batch(event(position=2)), "suite/0:1 was next"),
        (200, batch(event(), event(position=3)), "suite/0:2 was next"),
        (200, batch(event(service="other")), "suite/0:1 was next"),
        (200, batch(event(partition=1)), "suite/0:1 was next"),
        (200, batch(event().at), "withholds suite/0:1 from a service"),
    ],
)
def test_a_wrong_answer_is_no_event(status, content, why):
    source = FeedSource("suite", "http://nowhere", lambda: "token")
    source._feed._client = httpx.Client(base_url="http://nowhere", transport=Answering(status, content))
    with pytest.raises(SourceGone, match=why):
        source.read(0, Head())
    source.close()


@pytest.mark.parametrize("content", [b"[]", b"{}", b"<html>", b'{"heads": [{}]}'])
def test_wrong_heads_are_no_heads(content):
    source = FeedSource("suite", "http://nowhere", lambda: "token")
    source._feed._client = httpx.Client(base_url="http://nowhere", transport=Answering(200, content))
    with pytest.raises(SourceGone, match="something else than heads"):
        source.heads()
    source.close()


def test_an_owner_that_lets_nobody_wait_is_not_asked_again_at_once():
    source = FeedSource("suite", "http://nowhere", lambda: "token")
    source._feed._client = httpx.Client(base_url="http://nowhere", transport=Answering(200, b"[]"))
    began = time.monotonic()
    assert not source.wait({0: Head()}, 5)
    assert 0.09 < time.monotonic() - began < 2
    source.close()
