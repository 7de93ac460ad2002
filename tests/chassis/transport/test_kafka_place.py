"""However messages come, a place gives each event once, in order, without gaps, and says what is missing."""

from types import SimpleNamespace

import hypothesis.strategies as st
from hypothesis import given

from chassis.store.protocol import Head
from chassis.transport.kafka.messages import to_message
from chassis.transport.kafka.place import Place
from tests.chassis.transport.test_cloudevents import recorded


def event(position, **more):
    return recorded(**{"service": "suite", "partition": 0, "position": position, "id": f"e{position}", **more})


def message(position, offset, value=None):
    _, data, headers = to_message(event(position))
    return SimpleNamespace(offset=offset, headers=headers, value=data if value is None else value)


def foreign(offset):
    return SimpleNamespace(offset=offset, headers=[], value=b"{}")


def place(after=0, offset=0, end=0):
    return Place("suite", 0, Head(position=after, id=f"e{after}" if after else ""), offset, end)


def received(*positions, **more):
    at = place(**more)
    at.receive(message(position, offset) for offset, position in enumerate(positions))
    return at


def taken(at, after=0, limit=500):
    return [found.position for found in at.take(after, limit)]


def test_what_comes_in_order_is_given_in_order_and_stays_until_what_follows_is_asked_for():
    at = received(1, 2, 3, 4)
    assert taken(at, 0, 2) == taken(at, 0, 2) == [1, 2]
    assert taken(at, 2) == [3, 4]
    assert (taken(at, 4), at.taken, at.expected) == ([], 4, 5)


def test_what_comes_twice_is_given_once():
    assert taken(received(1, 2, 1, 2, 3, 1, 2, 3, 4)) == [1, 2, 3, 4]


def test_what_comes_too_early_waits_for_what_is_before_it():
    at = received(1, 4, 3)
    assert (taken(at), at.gap) == ([1], 1)
    at.receive([message(2, 3)])
    assert (taken(at), at.gap) == ([1, 2, 3, 4], 0)


def test_a_gap_is_filled_by_the_owner_and_a_late_copy_is_dropped():
    at = received(1, 5, 6)
    assert at.gap == 3
    at.fill([event(2), event(3), event(4)])
    at.receive([message(2, 3), message(3, 4), message(7, 5)])
    assert (taken(at), at.gap) == ([1, 2, 3, 4, 5, 6, 7], 0)


def test_a_gap_can_be_filled_page_by_page():
    at = received(1, 6)
    at.fill([event(2), event(3)])
    assert (at.gap, taken(at)) == (2, [1, 2, 3])
    at.fill([event(4), event(5)])
    assert (at.gap, taken(at)) == (0, [1, 2, 3, 4, 5, 6])


def test_an_unreadable_message_is_a_gap_of_one():
    at = place()
    at.receive([message(1, 0), message(2, 1, b"{broken"), message(3, 2)])
    assert (taken(at), at.gap) == ([1], 1)
    at.fill([event(2)])
    assert (taken(at), at.gap) == ([1, 2, 3], 0)


def test_an_unreadable_message_at_the_end_is_missed_at_once():
    at = place()
    at.receive([message(1, 0), message(2, 1, b"{broken")])
    assert at.gap == 1


def test_an_unreadable_message_is_replaced_by_a_good_copy():
    at = place()
    at.receive([message(1, 0, b"{broken"), message(1, 1)])
    assert (taken(at), at.gap) == ([1], 0)


def test_foreign_messages_move_it_on_and_are_not_given():
    at = place(end=3)
    at.receive([message(1, 0), foreign(1)])
    assert (at.offset, at.is_behind) == (2, True)
    at.receive([message(2, 2)])
    assert (taken(at), at.is_behind) == ([1, 2], False)


def test_what_lies_before_the_position_that_was_sought_is_skipped():
    assert taken(received(3, 4, 5, 6, after=4), 4) == [5, 6]


def test_it_serves_whoever_goes_on_here_and_nobody_else():
    at = received(1, 2, 3)
    taken(at, 1)
    assert [at.serves(Head(position=after)) for after in range(5)] == [False, True, True, True, False]
    assert [at.serves(Head(position=3, id=id)) for id in ("e3", "another")] == [True, False]


def test_another_event_where_the_reader_is_raises_a_doubt():
    at = received(3, 4, 5, after=4)
    assert at.doubted is None
    at.receive([SimpleNamespace(offset=3, headers=to_message(event(5, id="another"))[2], value=b"{}")])
    assert at.doubted == Head(position=5, id="e5")


def test_what_is_new_is_what_is_not_behind_the_reader():
    at = place(after=10)
    at.receive([message(1, 0), message(9, 1)])
    assert at.news_at == 0
    at.receive([message(10, 2)])
    assert at.news_at > 0


def test_it_is_full_by_number_and_by_size():
    at = place()
    at.receive(message(n, n) for n in range(1, 1001))
    assert (at.is_half_full, at.is_full) == (True, False)
    at.receive(message(n, n) for n in range(1001, 2001))
    assert at.is_full
    taken(at, 1500)
    assert not at.is_half_full
    large = place()
    value = b'{"note":"' + b"x" * 250_000 + b'"}'
    large.receive(message(n, n, value) for n in [*range(1, 40), *range(41, 70)])
    assert large.is_full
    large.fill([event(40)])
    taken(large, 69)
    assert not large.is_half_full


@given(st.permutations(range(1, 13)), st.lists(st.integers(1, 12)), st.sets(st.integers(1, 12)), st.randoms())
def test_in_whatever_order_they_come_and_whatever_is_lost(order, again, lost, random):
    arriving = [*(p for p in order if p not in lost), *(p for p in again if p not in lost)]
    random.shuffle(arriving)
    at, given_ = place(), []
    for offset, position in enumerate([*arriving, 13]):
        at.receive([message(position, offset)])
        while at.gap and random.random() < 0.3:
            at.fill([event(n) for n in range(at.expected, at.expected + random.randint(1, at.gap))])
        given_ += taken(at, len(given_), random.randint(1, 5))
    while at.gap:
        at.fill([event(n) for n in range(at.expected, at.expected + at.gap)])
    given_ += taken(at, len(given_))
    assert given_ == list(range(1, 14))
