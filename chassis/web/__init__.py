"""HTTP: what a service's API is written with, and the app that answers it.

**Routes** is a group of routes; commands, queries and their fields are read from signatures::

    routes = Routes("ideas", "Ideas: have them, shape them, decide on them")

    # One aggregate, one decision. The command class is the annotation of `command`, the summary the docstring.
    routes.decision("POST", "/ideas/<idea_id>/review", IDEA, review)
    routes.decision("PATCH", "/ideas/<idea_id>", IDEA, revise, if_match=True)
    routes.decision("POST", "/challenges", CHALLENGE, draft, status=201)     # Location: /challenges/<challenge_id>
    routes.decision("PUT", "/me", PERSON, change_profile, subject=lambda command: command.by.person_id)

    # More than one aggregate: a function that gives Work. What it refuses, too, is refused after a repeated request
    # was recognised.
    @routes.command("POST", "/ideas", SubmitIdea, IDEA, status=201)
    def submit_idea(command: SubmitIdea) -> Work: ...

``subject`` is the field that names the aggregate (``<category>_id`` unless said) or a function of the command.
Fields of a command: ``about(...)`` comes from the body (unknown ones are refused); ``given()`` is ``by`` (Caller),
``at`` (UTC) or the path parameter of that name; ``fresh()`` is a new UUID, with ``each_of="ideas"`` a tuple of them,
one for each item of the body's ``ideas``, with ``same_for="source"`` one that follows from the body's ``source``. A
body field ``occurred_at: datetime | None`` is role service's alone and becomes the events' ``occurred_at``. The answer:
``{"idea_id": …, other path and fresh ids, "version": 3}`` with ETag, Event-Position, Location. Idempotency-Key,
If-Match, refusals: done here.

**Queries** get what is asked, as a ``@value`` dataclass of path and query parameters, and a ``Read``; the ``@value``
they return is the answer and its documentation. A parameter of several values is a tuple: ``?tag=a&tag=b`` or
``?tag=a,b``. ``Sealed`` values are opened on the way out, all at once; None where erased. ``of`` names the read models
that If-Position waits for::

    @routes.query("/ideas", of=(IDEA_BOARD,))
    def list_ideas(asked: IdeasAsked, read: Read) -> IdeaCards: ...

``Read``: ``caller``, ``now``, ``store``, ``rows(model)``, ``state(decider, subject)``,
``events(decider, subject, as_of=None)``.

**create_app(service, routes, store, tokens=Tokens(key, secret), problem_texts=[path], waiting=4)** is the
Flask app. Every view needs a token unless it is ``@open_to_all``; ``caller()`` is who asks.

Refusals (chassis.errors) become problem documents. Texts by slug: ``problems.toml`` beside the service.
"""

from chassis.web.app import create_app
from chassis.web.context import open_to_all
from chassis.web.read import Read
from chassis.web.routes import Routes
from chassis.web.runtime import caller

__all__ = ["Read", "Routes", "caller", "create_app", "open_to_all"]
