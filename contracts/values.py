"""The values that events and commands are made of: what may be in a title, an id, a number, and what it means.

Each type is the Python type plus the marshmallow field that guards it where the data is not ours.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from contracts.event import Sealed, about, value

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Text(fields.String):
    """Text within a length, trimmed and without control characters."""

    longest = 10_000
    shortest = 1

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise ValidationError("Must not contain control characters.")
        text = text.strip()
        Length(min=self.shortest, max=self.longest)(text)
        return text


class _Title(_Text):
    longest = 200


class _Word(_Text):
    longest = 80


class _Note(_Text):
    longest = 2_000


def _pattern(expression: str, message: str) -> type[fields.String]:
    class Matching(fields.String):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**{**kwargs, "validate": Regexp(expression, error=message)})

    return Matching


class _Count(fields.Integer):
    """A whole number from 1 up; 1.5, true and "1" are none."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{**kwargs, "strict": True, "validate": Range(min=1, max=10**12)})  # type: ignore[arg-type]

    def _validated(self, value: object) -> int:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DecimalText = _pattern(r"\A-?[0-9]{1,20}(\.[0-9]{1,20})?\Z", "Not a decimal number.")
_Uuid = _pattern(rf"\A{_UUID}\Z", "Not a valid UUID.")
_Criterion = _pattern(r"\A[a-z0-9][a-z0-9-]{0,39}\Z", "Not a valid id of a criterion.")
_Unit = _pattern(r"\A[a-z0-9][a-z0-9-]{0,39}\Z", "Not a valid unit id.")
_Language = _pattern(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", "Not a valid BCP 47 language tag.")
_Person = _pattern(r"\A[a-z0-9_-]{4,64}\Z", "Not a valid person id.")
_Thing = _pattern(rf"\A(idea|experiment|lesson)-{_UUID}\Z", "Not a valid id of an idea, experiment or lesson.")
_Subject = _pattern(
    rf"\A(idea|experiment|lesson|challenge)-{_UUID}\Z", "Not a valid id of an idea, experiment, lesson or challenge."
)
_Followed = _pattern(
    rf"\A((idea|experiment|challenge)-{_UUID}|unit-[a-z0-9][a-z0-9-]{{0,39}}|tag-[^\x00-\x1f\x7f/]{{1,80}})\Z",
    "Not something that can be followed: idea-<uuid>, experiment-<uuid>, challenge-<uuid>, unit-<id> or tag-<word>.",
)
_Url = _pattern(r"\Ahttps?://[^\s<>\"]{1,1990}\Z", "Not a valid URL.")

Title = Annotated[str, _Title]
Text = Annotated[str, _Text]
Note = Annotated[str, _Note]
Word = Annotated[str, _Word]
DecimalText = Annotated[str, _DecimalText]
"""A decimal number as text, so that nothing is rounded: ``49.5``; no exponent, no thousands separator."""
Count = Annotated[int, _Count]
PersonalText = Annotated[str | Sealed | None, _Text]
PersonalName = Annotated[str | Sealed | None, _Title]
PersonalTexts = Annotated[tuple[str, ...] | Sealed | None, fields.List(fields.String())]

ChallengeId = Annotated[str, _Uuid]
IdeaId = Annotated[str, _Uuid]
ExperimentId = Annotated[str, _Uuid]
LessonId = Annotated[str, _Uuid]
PartId = Annotated[str, _Uuid]
CriterionId = Annotated[str, _Criterion]
"""Names a criterion within its experiment: ``criterion-1``, or a word of its owner's such as ``video-share``."""
ThingId = Annotated[str, _Thing]
"""Kind and id of what can resemble an idea: ``lesson-<uuid>``."""
SubjectId = Annotated[str, _Subject]
"""Kind and id of what something can happen to: ``experiment-<uuid>``."""
FollowedId = Annotated[str, _Followed]
"""Kind and id of what can be followed: ``idea-<uuid>``, ``unit-vof``, ``tag-hemtjänst``."""
PersonId = Annotated[str, _Person]
UnitId = Annotated[str, _Unit]
Language = Annotated[str, _Language]
Url = Annotated[str, _Url]

AuthorKind = Literal["employee", "group", "resident", "partner"]
AuthorVisibility = Literal["named", "name_hidden"]
Visibility = Literal["internal", "public"]
Origin = Literal["idea", "challenge", "opportunity"]
Outcome = Literal["succeeded", "failed", "inconclusive", "stopped_early", "invalidated"]
TestDecision = Literal["scale", "iterate", "pivot", "repeat", "retire", "hand_over"]
EvidenceLevel = Literal["none", "weak", "moderate", "strong"]


@value
class Author:
    """Who an idea or lesson comes from: not always who typed it in, nor who owns what follows."""

    kind: AuthorKind = about("employee, group, resident or partner.")
    person_id: PersonId | None = about("The person, where there is one.", default=None)
    label: Word | None = about("The group's or organisation's name; never a person's.", default=None)


@value
class Link:
    """Something to read elsewhere."""

    title: Title = about("What it is.")
    url: Url = about("Where it is; http or https.")


@value
class Source:
    """Where something imported came from."""

    system: Word = about("The other system.")
    external_id: Title = about("Its id there.")


@value
class LessonUse:
    """One lesson and how an idea builds on it."""

    lesson_id: LessonId = about("The lesson.")
    how: Note = about("How the idea builds on it.")


@value
class Mandate:
    """Who decided, and by what right."""

    decided_by: PersonId = about("Who decided.")
    decided_as: Word = about("The role it was decided in.")
    for_unit: UnitId = about("The unit whose mandate was used: the idea's own, or one above it.")
    on_behalf_of: PersonId | None = about("Whom a deputy stands in for.", default=None)
