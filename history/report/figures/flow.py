"""The figure of the flow: from idea to lesson, and on to whoever uses it."""

from __future__ import annotations

from history.report.drawing.sankey import Column, sankey
from history.report.drawing.sankey import Node as Drawn
from history.report.figures.figure import Figure, Table, count, pictures, text
from history.report.flow import STAGES, Flow, Node
from history.report.words import Words

_OVER = ("realised", "not_realised", "declined", "withdrawn")
"""States in which nothing is waited for."""
_OWN_WORDS = ("all", "tried", "ongoing", "learned", "awaited", "used", "unused")


def flow_figure(flow: Flow, words: Words) -> Figure:
    """In the words' language."""
    heading = words.say("flow.heading")
    if not flow.nodes:
        return Figure(id="flow", heading=heading, said=[words.say("page.nothing")])
    said = _said(flow, words)
    columns = [Column(heading=words.say(f"stage.{stage}"), nodes=_nodes(flow, stage, words)) for stage in STAGES]
    bands = {(_key(before), _key(after)): n for (before, after), n in flow.links.items()}
    shown = [column for column in columns if column.nodes]
    return Figure(
        id="flow",
        heading=heading,
        said=said,
        pictures=pictures("flow", words, heading, said, lambda frame: sankey(frame, shown, bands)),
        tables=[_table(flow, words)],
        notes=[words.say("flow.definition")],
    )


def _said(flow: Flow, words: Words) -> list[str]:
    tried, failed = flow.at("tried", "tried"), Node(stage="outcome", name="failed")
    if not tried:
        return [words.say("flow.untried")]
    numbers = {
        "ideas": flow.at("submitted", "all"),
        "tried": tried,
        "failed": flow.at("outcome", "failed"),
        "failed_learned": flow.onwards(failed, "learned", "learned"),
    }
    said = [words.say("flow.said", **numbers)]
    if learned := flow.at("learned", "learned"):
        said.append(words.say("flow.used", learned=learned, used=flow.at("used", "used")))
    for name, n in (("awaited", flow.at("learned", "awaited")), ("ongoing", flow.at("outcome", "ongoing"))):
        if n:
            said.append(words.say(f"flow.{name}", **{name: n}))
    return said


def _nodes(flow: Flow, stage: str, words: Words) -> list[Drawn]:
    return [
        Drawn(key=_key(node), kind=_kind(node), label=_label(node, words), value=n, shown=words.number(n))
        for node, n in flow.of(stage)
    ]


def _table(flow: Flow, words: Words) -> Table:
    in_order = [node for stage in STAGES for node, _ in flow.of(stage)]
    steps = [(before, after) for before in in_order for after in in_order if (before, after) in flow.links]
    columns = [words.say(f"flow.{name}") for name in ("from", "to", "ideas")]
    rows = [
        [text(_label(before, words)), text(_label(after, words)), count(words, flow.links[before, after])]
        for before, after in steps
    ]
    return Table(caption=words.say("flow.caption"), columns=columns, rows=rows)


def _key(node: Node) -> str:
    return f"{node.stage}-{node.name}"


def _kind(node: Node) -> str:
    """An outcome has its colour; what goes on towards a lesson another than what waits."""
    if node.stage == "outcome" or node.name in ("learned", "used", "tried", "all"):
        return node.name
    return "waiting"


def _label(node: Node, words: Words) -> str:
    if node.name in _OWN_WORDS:
        return words.say(f"node.{node.name}")
    if node.stage == "outcome":
        return words.label("outcome", node.name)
    state = words.label("idea", node.name)
    return words.say("node.over" if node.name in _OVER else "node.untried", state=state)
