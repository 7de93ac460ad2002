"""Some may wait, the others are answered at once, and nobody holds up the end."""

from chassis.web.waiting import Waiting


def test_only_so_many_wait_and_a_place_is_free_again_afterwards():
    waiting = Waiting(1)
    with waiting.place() as first, waiting.place() as second:
        assert (first, second) == (True, False)
    with waiting.place() as third:
        assert third


def test_nobody_begins_to_wait_when_the_process_ends():
    waiting = Waiting(1)
    waiting.end()
    with waiting.place() as place:
        assert not place
    assert waiting.ended
