"""The release that comes next: what of it is not as today takes the place of that, before a service is imported.

Of a comment it is recorded where it was written, and the board counts by that.
"""

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
