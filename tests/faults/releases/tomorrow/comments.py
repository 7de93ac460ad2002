"""The event of a comment, in a version that says where it was written."""

from __future__ import annotations

from typing import Literal

from contracts import ideas
from contracts.event import about, event, upcaster

Via = Literal["unknown", "web"]


@event("comment-added.v2")
class CommentAdded(ideas.CommentAdded):
    """Somebody says something about the idea."""

    via: Via = about("Where it was written.", default="web")


@upcaster("comment-added.v1", to="comment-added.v2")
def _from_before(data):
    return {**data, "via": "unknown"}


ideas.CommentAdded = CommentAdded
