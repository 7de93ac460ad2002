"""Where notifications is found over HTTP: all of its routes."""

from __future__ import annotations

from chassis.web import Routes
from services.notifications.api_follows import follows
from services.notifications.api_inbox import inbox
from services.notifications.api_me import me
from services.notifications.api_people import people

ROUTES: tuple[Routes, ...] = (me, people, follows, inbox)
