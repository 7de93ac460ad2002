"""The page: every figure in both languages, in one file that fetches nothing and runs nothing."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from history.database import opened
from history.moments import Moment
from history.report.figures.figure import Figure
from history.report.figures.flow import flow_figure
from history.report.figures.outcomes import outcomes_figure
from history.report.figures.repeats import repeats_figure
from history.report.figures.sources import sources_figure
from history.report.figures.times import conclusion_figure, lesson_figure
from history.report.figures.usage import usage_figure
from history.report.numbers import Numbers, numbers_of
from history.report.words import LANGUAGES, Language, Words

_HERE = Path(__file__).parent


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A number of the head of the page, and what it is."""

    shown: str
    value: int
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What the template needs of one language."""

    language: Language
    say: Callable[..., str]
    as_of: str
    lead: str
    keys: Sequence[Key]
    figures: Sequence[Figure]


def report(path: Path, as_of: Moment | None = None) -> str:
    """The page of a pulled history, all of it or as of a moment: the same of the same. Raises HistoryError."""
    with opened(path, as_of) as database:
        return page(numbers_of(database, as_of))


def page(numbers: Numbers) -> str:
    """HTML, in Swedish and English."""
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        style=Markup(style),  # noqa: S704 - our own
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        editions=[_edition(numbers, Words(language)) for language in LANGUAGES],
    )


def figures_of(numbers: Numbers, words: Words) -> Sequence[Figure]:
    """All sections in their order; of an empty history only what it is made of."""
    sources = sources_figure(numbers.sources, numbers.facts.as_of, words)
    if numbers.facts.as_of is None:
        return [sources]
    return [
        flow_figure(numbers.flow, words),
        outcomes_figure(numbers.outcomes, words),
        conclusion_figure(numbers.to_conclusion, numbers.overdue, words),
        lesson_figure(numbers.to_lesson, words),
        usage_figure(numbers.usage, words),
        repeats_figure(numbers.repeats, words),
        sources,
    ]


def _edition(numbers: Numbers, words: Words) -> Edition:
    as_of = numbers.facts.as_of
    return Edition(
        language=words.language,
        say=words.say,
        as_of="" if as_of is None else words.say("page.as_of", moment=words.moment(as_of)),
        lead=_lead(numbers, words),
        keys=() if as_of is None else _keys(numbers, words),
        figures=figures_of(numbers, words),
    )


def _lead(numbers: Numbers, words: Words) -> str:
    """The whole page in one sentence."""
    flow = numbers.flow
    if not flow.at("tried", "tried"):
        return flow_figure(flow, words).said[0]
    learned = {node.name: flow.onwards(node, "learned", "learned") for node, _ in flow.of("outcome")}
    told = {name: learned.pop(name, 0) for name in ("failed", "succeeded")}
    return words.say(
        "page.lead",
        ideas=flow.at("submitted", "all"),
        tried=flow.at("tried", "tried"),
        learned=flow.at("learned", "learned"),
        others=sum(learned.values()),
        **told,
    )


def _keys(numbers: Numbers, words: Words) -> list[Key]:
    counted = {
        "ideas": len(numbers.facts.ideas),
        "tried": numbers.flow.at("tried", "tried"),
        "concluded": len(numbers.facts.concluded),
        "lessons": numbers.usage.lessons,
        "abroad": numbers.usage.abroad,
    }
    return [Key(shown=words.number(n), value=n, label=words.say(f"key.{name}", n=n)) for name, n in counted.items()]


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html.jinja")
