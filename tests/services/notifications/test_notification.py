"""Rules of a notification."""

from functools import partial

from chassis.testing.gwt import given
from contracts.notifications import Cause, NotificationRaised, NotificationRead
from services.notifications.notification import (
    NOTIFICATION,
    RaiseNotification,
    ReadNotification,
    raise_once,
    read,
)
from tests.services.notifications.people import ANNA, BO, EXPERIMENT, LESSON, at, caller

ID = LESSON
RAISED = NotificationRaised(
    notification_id=ID,
    recipient=ANNA,
    rule="follower",
    subject=f"experiment-{EXPERIMENT}",
    cause=Cause(
        event_id=LESSON,
        event_type="experiment-failed.v1",
        service="experiments",
        partition=0,
        position=7,
        happened_at=at(1),
    ),
)
READ = NotificationRead(notification_id=ID, recipient=ANNA)
raising = partial(raise_once, RaiseNotification(notification=RAISED))


def reading(person):
    return partial(read, ReadNotification(notification_id=ID, by=caller(person)))


def test_it_is_raised_once():
    given(NOTIFICATION).when(raising).then(RAISED).when(raising).then_nothing()


def test_its_reader_marks_it_once():
    given(NOTIFICATION, RAISED).when(reading(ANNA)).then(READ).when(reading(ANNA)).then_nothing()


def test_nobody_learns_of_another_persons():
    given(NOTIFICATION, RAISED).when(reading(BO)).then_refused("no-such-notification")
    given(NOTIFICATION).when(reading(ANNA)).then_refused("no-such-notification")


def test_what_was_read_is_not_raised_again():
    given(NOTIFICATION, RAISED, READ).when(raising).then_nothing()
