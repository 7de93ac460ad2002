"""Whatever is sent to it, the service answers as its OpenAPI document says."""

from __future__ import annotations

from chassis.testing.anything import answers_as_described
from chassis.testing.web import TOKENS


def test_whatever_is_sent_is_answered_as_described(api):
    token = TOKENS.sign("asta", ["employee", "coach", "decider", "admin", "service"], unit="vof")
    answers_as_described(api, {"Authorization": f"Bearer {token}"}, examples=4)
