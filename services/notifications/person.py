"""A person: what they are called, how they are reached, and whether they are to be forgotten."""

from __future__ import annotations

from chassis.command import Caller, command, given
from chassis.decider import Decider
from chassis.errors import Invalid, NotAllowed, Refused
from contracts.event import Sealed, about, replace, value
from contracts.notifications import (
    EmailAddress,
    ErasureDeclined,
    ErasureRequested,
    ErasureScope,
    PersonErased,
    PersonRegistered,
    ProfileChanged,
)
from contracts.values import Language, Note, PersonId, Title, UnitId

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class RegisterMe:
    """Say what one is called and how one is reached. The whole profile: what is left out is removed."""

    by: Caller = given()
    name: Title | None = about("One's name; the token's goes before it, if it has one.", default=None)
    email: EmailAddress | None = about("Where mail reaches one; never shown to anybody.", default=None)
    unit: UnitId | None = about("The unit one works in; left out: the token's.", default=None)
    language: Language = about("The language one is written to in.", default="sv")


@command
class RequestErasure:
    """Ask to be forgotten."""

    by: Caller = given()


@command
class ErasePerson:
    """Forget somebody: an administrator's decision."""

    person_id: PersonId = given("Who is forgotten.")
    by: Caller = given()
    scope: ErasureScope = about("Name and address only, or also what they wrote.")
    basis: Note = about("What it is decided on.")


@command
class DeclineErasure:
    """Answer that somebody cannot be forgotten: an administrator's decision."""

    person_id: PersonId = given("Who had asked.")
    by: Caller = given()
    basis: Note = about("What it is decided on.")


# ── State ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@value
class Person:
    """What the service knows of somebody; name and address are references to what is sealed."""

    unit: str | None = about("The unit they work in.", default=None)
    language: str = about("The language they are written to in.", default="sv")
    name: str | Sealed | None = about("Their name.", default=None)
    email: str | Sealed | None = about("Where mail reaches them.", default=None)
    registered: bool = about("Whether they have a profile.", default=False)
    erasure_requested: bool = about("Whether they have asked to be forgotten, and not been answered.", default=False)
    erased: ErasureScope | None = about("What of them is forgotten.", default=None)

    @property
    def shown(self) -> bool:
        """Whether anybody may see their name."""
        return self.registered and not self.erasure_requested and self.erased is None


@value
class Opened:
    """What is sealed of a profile, opened to be compared with what somebody says."""

    name: str | None = about("Their name.", default=None)
    email: str | None = about("Where mail reaches them.", default=None)


# ── Evolve ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(person: Person | None, happening: object) -> Person:
    """The person after an event."""
    person = person or Person()
    match happening:
        case PersonRegistered() | ProfileChanged():
            return replace(
                person,
                registered=True,
                name=happening.name,
                email=happening.email,
                unit=happening.unit,
                language=happening.language,
            )
        case ErasureRequested():
            return replace(person, erasure_requested=True)
        case ErasureDeclined():
            return replace(person, erasure_requested=False)
        case PersonErased(scope=scope):
            return replace(person, erasure_requested=False, erased=_wider(person.erased, scope))
        case _:
            return person


def _wider(one: ErasureScope | None, other: ErasureScope) -> ErasureScope:
    return "profile_and_texts" if "profile_and_texts" in (one, other) else other


PERSON = Decider("person", Person, evolve)

# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def register(command: RegisterMe, person: Person | None, opened: Opened) -> list[object]:
    """Register, or change one's profile. ``opened`` is what is sealed of it now."""
    if person and person.erased:
        raise Refused("person-erased")
    name = command.by.name or command.name
    if name is None:
        raise Invalid("name-needed", field="name")
    unit = command.unit or command.by.unit
    said = (name, command.email, unit, command.language)
    if person and (opened.name, opened.email, person.unit, person.language) == said:
        return []
    kind = ProfileChanged if person and person.registered else PersonRegistered
    who = command.by.person_id
    return [kind(person_id=who, name=name, email=command.email, unit=unit, language=command.language)]


def request_erasure(command: RequestErasure, person: Person | None) -> list[object]:
    """Ask to be forgotten; at once one's name is shown to nobody."""
    if person and (person.erasure_requested or person.erased == "profile_and_texts"):
        return []
    return [ErasureRequested(person_id=command.by.person_id)]


def erase(command: ErasePerson, person: Person | None) -> list[object]:
    """Forget somebody, in every service and for ever. Those without an account never ask: nobody need have asked."""
    _decided_by(command.by, command.person_id)
    person = person or Person()
    if person.erased == _wider(person.erased, command.scope) and not person.erasure_requested:
        return []
    return [
        PersonErased(
            person_id=command.person_id,
            scope=command.scope,
            basis=command.basis,
            decided_by=command.by.person_id,
        )
    ]


def decline_erasure(command: DeclineErasure, person: Person | None) -> list[object]:
    """Answer that they cannot be forgotten; their name is shown again."""
    _decided_by(command.by, command.person_id)
    if person is None or not person.erasure_requested:
        raise Refused("no-erasure-requested")
    return [ErasureDeclined(person_id=command.person_id, basis=command.basis, decided_by=command.by.person_id)]


def _decided_by(admin: Caller, person_id: PersonId) -> None:
    """Raise NotAllowed unless an administrator decides, and about somebody else."""
    admin.needs("admin")
    if admin.person_id == person_id:
        raise NotAllowed("own-matter", field="person_id")


def allowed_actions(person: Person | None, caller: Caller, person_id: str) -> tuple[str, ...]:
    """What this caller may do about this person now."""
    person = person or Person()
    everything = person.erased == "profile_and_texts"
    own = caller.person_id == person_id
    decides = caller.has("admin") and not own
    actions = {
        "erasure-request": own and not person.erasure_requested and not everything,
        "erase": decides and (person.erasure_requested or not everything),
        "decline-erasure": decides and person.erasure_requested,
    }
    return tuple(action for action, allowed in actions.items() if allowed)
