"""What needs me?"""

from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded, kept
from contracts.notifications import Cause, NotificationRaised, NotificationRead
from services.notifications.read_models.inbox import INBOX, InboxEntry, all_of, page_of, unread_of
from tests.services.notifications.people import ANNA, BO, EXPERIMENT, at

HISTORY = History("notifications")


def raised(number, recipient=ANNA):
    cause = Cause(
        event_id=f"event-{number}",
        event_type="experiment-failed.v1",
        service="experiments",
        partition=0,
        position=number,
        happened_at=at(-60),
    )
    return NotificationRaised(
        notification_id=str(number),
        recipient=recipient,
        rule="follower",
        subject=f"experiment-{EXPERIMENT}",
        cause=cause,
        detail="failed",
    )


for number in range(1, 6):
    HISTORY.add("notifications", f"notification-{number}", raised(number, BO if number == 4 else ANNA))
HISTORY.add("notifications", "notification-2", NotificationRead(notification_id="2", recipient=ANNA))


class TestInbox(ReadModelSuite):
    model = INBOX
    history = HISTORY


def test_an_entry_says_by_references_what_happened():
    assert folded(INBOX, HISTORY.events)["2"] == InboxEntry(
        notification_id="2",
        recipient=ANNA,
        raised_at=HISTORY.events[1].recorded_at,
        happened_at=at(-60),
        unread=False,
        rule="follower",
        subject=f"experiment-{EXPERIMENT}",
        event_id="event-2",
        event_type="experiment-failed.v1",
        position="experiments/0:2",
        detail="failed",
        actor=None,
    )
    assert HISTORY.events[0].recorded_at == BEGINNING


def test_one_sees_ones_own_the_latest_first_page_by_page(open_store):
    with kept(INBOX, HISTORY, open_store) as rows:
        first = page_of(rows, ANNA, only_unread=False, after=None, limit=3)
        assert [entry.notification_id for entry in first.rows] == ["5", "3", "2"]
        rest = page_of(rows, ANNA, only_unread=False, after=first.next, limit=3)
        assert [entry.notification_id for entry in rest.rows] == ["1"]
        assert rest.next is None
        assert [entry.notification_id for entry in all_of(rows, ANNA)] == ["1", "2", "3", "5"]


def test_what_was_read_is_not_counted_and_can_be_left_out(open_store):
    with kept(INBOX, HISTORY, open_store) as rows:
        assert (unread_of(rows, ANNA), unread_of(rows, BO), unread_of(rows, "nobody")) == (3, 1, 0)
        unread = page_of(rows, ANNA, only_unread=True, after=None, limit=50)
        assert [entry.notification_id for entry in unread.rows] == ["5", "3", "1"]
