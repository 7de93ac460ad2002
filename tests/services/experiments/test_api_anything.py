"""Whatever is sent to it, the service answers as its OpenAPI document says."""

from chassis.testing.anything import answers_as_described
from chassis.testing.web import TOKENS


def test_whatever_is_sent_is_answered_as_described(api):
    token = TOKENS.sign("asta", ["employee", "coach", "decider"], unit="vof")
    answers_as_described(api, {"Authorization": f"Bearer {token}"})
