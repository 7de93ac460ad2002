"""The dashboard for operators, and what can be wrong with one: each function says what is, in words."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nyfiken.layout import SERVICES
from tests.deploy.metrics import ROOT, of_the_database, of_the_document, series
from tests.deploy.promtool import alerts, unknown

FILE = ROOT / "deploy" / "grafana" / "nyfiken.json"
Dashboard = Mapping[str, Any]
Panel = Mapping[str, Any]
NOT_SHOWN = {
    "nyfiken_source_head_position": "what counts is how far a processor is from it: nyfiken_processor_lag_events",
    "nyfiken_relay_position": "what counts is how far it is from the last event: nyfiken_relay_lag_events",
}
"""Figures that nobody need look at all day → why not."""
_WIDTH = 24
_FILLED = {"$__rate_interval": "1m", "$job": "|".join(SERVICES)}
_NAMED = re.compile(r"\bnyfiken_\w+")


def read() -> Dashboard:
    found: Dashboard = json.loads(FILE.read_text())
    return found


def panels(dashboard: Dashboard) -> list[Panel]:
    """All that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries(dashboard: Dashboard) -> Iterator[tuple[Panel, str, str]]:
    """Panel, query as Prometheus is asked, and how its answers are called."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in _FILLED.items():
                query = query.replace(name, value)
            yield panel, query, target["legendFormat"]


def unknown_figures(dashboard: Dashboard) -> list[str]:
    return [f"{panel['title']}: {name}" for panel, query, _ in queries(dashboard) for name in unknown(query)]


def of_all_services(dashboard: Dashboard) -> list[str]:
    """Figures that are asked for without regard to which services somebody has chosen."""
    return [
        f"{panel['title']}: {name}"
        for panel in panels(dashboard)
        for target in panel["targets"]
        for name, matchers in re.findall(r"\b(up|nyfiken_\w+)(\{[^}]*\})?", target["expr"])
        if 'job=~"$job"' not in matchers
    ]


def wrongly_put_together(dashboard: Dashboard) -> list[str]:
    """What each process answers alike is taken once, and never summed; what each has counted is summed."""
    found = []
    for panel, query, _ in queries(dashboard):
        summed, once = _within(query, "sum"), _within(query, "max") | _within(query, "min")
        for name in set(_NAMED.findall(query)):
            if name in summed and name in of_the_database():
                found.append(f"{panel['title']}: {name} is summed")
            elif name not in summed | once:
                found.append(f"{panel['title']}: {name} is of each process")
    return found


def _within(query: str, function: str) -> set[str]:
    """The figures inside the brackets of this aggregation, whether it says by what before or after them."""
    found: set[str] = set()
    for begun in re.finditer(rf"\b{function}\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(", query):
        depth, end = 1, begun.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(query[end], 0)
            end += 1
        found |= set(_NAMED.findall(query[begun.end() : end]))
    return found


def called_wrongly(dashboard: Dashboard) -> list[str]:
    """Answers whose names are not made of just the labels that tell them apart."""
    found = []
    for panel, query, legend in queries(dashboard):
        grouped = [set(re.findall(r"\w+", labels)) - {"le"} for labels in re.findall(r"\bby\s*\(([^)]*)\)", query)]
        if any(set(re.findall(r"{{(\w+)}}", legend)) != labels for labels in grouped) or not grouped:
            found.append(f"{panel['title']}: {legend}")
    return found


def lie_wrongly(dashboard: Dashboard) -> list[str]:
    """Panels beside the grid, and pairs that lie on each other."""
    places = [(panel["title"], panel["gridPos"]) for panel in dashboard["panels"]]
    beside = [title for title, at in places if at["x"] < 0 or at["y"] < 0 or at["x"] + at["w"] > _WIDTH]
    pairs = itertools.combinations(places, 2)
    return beside + [f"{one} and {other}" for (one, a), (other, b) in pairs if _overlap(a, b)]


def _overlap(a: Mapping[str, int], b: Mapping[str, int]) -> bool:
    return (
        a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]
    )


def not_told(dashboard: Dashboard) -> list[str]:
    """What a panel must say and does not; and panels of the same number or name."""
    found = []
    for panel in panels(dashboard):
        unit = panel["fieldConfig"]["defaults"].get("unit")
        said = {"title": panel.get("title"), "description": panel.get("description"), "unit": unit}
        found += [f"{panel['id']}: no {what}" for what, told in said.items() if not told]
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        if any(source["uid"] != "${datasource}" for source in sources):
            found.append(f"{panel['id']}: a datasource of its own")
    for what in ("id", "title"):
        all_of_them = [panel[what] for panel in dashboard["panels"]]
        found += [f"{what} {each} twice" for each in {e for e in all_of_them if all_of_them.count(e) > 1}]
    return found


def unlike_the_alerts(dashboard: Dashboard) -> list[str]:
    """Alerts that no panel names together with their page, or whose panel changes its colour somewhere else."""
    found = []
    for name, alert in alerts().items():
        named = [panel for panel in panels(dashboard) if f"({name}" in panel["description"]]
        if [alert["annotations"]["runbook_url"] in panel["description"] for panel in named] != [True]:
            found.append(f"{name}: not told once, with its page")
        elif _colours(named[0]) != [_worth(alert["expr"])]:
            found.append(f"{name}: {_colours(named[0])}")
    return found


def _colours(panel: Panel) -> list[float]:
    return [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]]


def _worth(query: str) -> float:
    """From which value on Grafana is to change the colour; for more than none and for none it is 1."""
    (_, number), *_ = re.findall(r"(>|==) ([\d.]+)", query)
    return float(number) or 1.0


def not_shown(dashboard: Dashboard) -> list[str]:
    """Figures that no panel looks at and that are not left out for a reason; and reasons for what is shown."""
    asked = {name for _, query, _ in queries(dashboard) for name in _NAMED.findall(query)}
    shown = {name for name, figure in of_the_document().items() if asked & series({name: figure}).keys()}
    return sorted((of_the_document().keys() - shown) ^ NOT_SHOWN.keys())
