"""Who waits for an answer to being forgotten?"""

from chassis.testing.read_models import History, ReadModelSuite, folded
from contracts.notifications import ErasureDeclined, ErasureRequested, PersonErased
from services.notifications.read_models.erasure_requests import ERASURE_REQUESTS, ErasureWanted
from tests.services.notifications.people import ADMIN, ANNA, BO, CILLA

BASIS = {"basis": "Diarieförd handling.", "decided_by": ADMIN}
HISTORY = History("notifications")
for person in (ANNA, BO, CILLA):
    HISTORY.add("notifications", f"person-{person}", ErasureRequested(person_id=person))
HISTORY.add("notifications", f"person-{ANNA}", ErasureDeclined(person_id=ANNA, **BASIS))
HISTORY.add("notifications", f"person-{BO}", PersonErased(person_id=BO, scope="profile", **BASIS))


class TestErasureRequests(ReadModelSuite):
    model = ERASURE_REQUESTS
    history = HISTORY


def test_who_was_answered_waits_no_longer():
    assert folded(ERASURE_REQUESTS, HISTORY.events) == {
        CILLA: ErasureWanted(person_id=CILLA, requested_at=HISTORY.events[2].recorded_at)
    }
