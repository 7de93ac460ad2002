"""Whose names an idea hides, and what is shown instead: a pseudonym, of this idea alone."""

from __future__ import annotations

import dataclasses
import hashlib

from contracts.event import about, value
from contracts.ideas import AuthorNamed, AuthorshipTransferred, IdeaDrafted, IdeaSubmitted
from contracts.values import IdeaId, PersonId


@value
class Names:
    """The authors of an idea who did not want to be named.

    A pseudonym is made of the idea and a number, never of the person: nobody can try ids until one fits.
    """

    idea_id: IdeaId = about("The idea.")
    hidden: tuple[PersonId, ...] = about("Every author who has hidden their name, in order.", default=())
    shown: frozenset[PersonId] = about("Those of them who show it now.", default=frozenset())

    def hides(self, person_id: str | None) -> bool:
        """Whether this person's name is hidden here."""
        return person_id in self.hidden and person_id not in self.shown

    def told(self, person_id: str) -> str:
        """What this person is called here: their id, or the pseudonym of whoever is hidden."""
        if not self.hides(person_id):
            return person_id
        made = hashlib.sha256(f"{self.idea_id}/{self.hidden.index(person_id)}".encode()).hexdigest()
        return f"hidden-{made[:24]}"


def after(names: Names, happening: object) -> Names:
    """Whose names are hidden after an event of the idea."""
    match happening:
        case IdeaDrafted() | IdeaSubmitted() | AuthorshipTransferred():
            person_id = happening.author.person_id
            if person_id is None or happening.author_visibility == "named":
                return names
            hidden = names.hidden if person_id in names.hidden else (*names.hidden, person_id)
            return dataclasses.replace(names, hidden=hidden, shown=names.shown - {person_id})
        case AuthorNamed(person_id=person_id):
            return dataclasses.replace(names, shown=names.shown | {person_id})
        case _:
            return names
