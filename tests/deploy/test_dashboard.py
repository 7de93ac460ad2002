"""The dashboard asks for what there is, in a way that is right, and says of each thing when to act."""

import copy

import pytest

from nyfiken.layout import SERVICES
from tests.deploy import dashboard
from tests.deploy.promtool import readable

CHECKS = (
    dashboard.unknown_figures,
    dashboard.of_all_services,
    dashboard.wrongly_put_together,
    dashboard.called_wrongly,
    dashboard.lie_wrongly,
    dashboard.not_told,
    dashboard.unlike_the_alerts,
    dashboard.not_shown,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong(check):
    assert check(dashboard.read()) == []


def test_prometheus_understands_every_query(tmp_path):
    readable([query for _, query, _ in dashboard.queries(dashboard.read())], tmp_path)


def test_the_services_that_can_be_chosen_are_those_that_there_are():
    source, job = dashboard.read()["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    assert (job["name"], job["multi"], job["includeAll"]) == ("job", True, True)
    assert job["query"].split(",") == job["allValue"].split("|") == list(SERVICES)
    assert [option["value"] for option in job["options"]] == ["$__all", *SERVICES]


def test_it_is_itself_wherever_it_is_brought():
    found = dashboard.read()
    assert (found["uid"], found["refresh"], found["annotations"]) == ("nyfiken", "30s", {"list": []})
    assert "id" not in found, "a Grafana gives its own"


def test_a_query_that_prometheus_cannot_read_is_found(tmp_path):
    with pytest.raises(AssertionError, match="parse error"):
        readable([query + ")" for _, query, _ in dashboard.queries(dashboard.read())], tmp_path)


@pytest.mark.parametrize(
    ("check", "title", "changed", "said"),
    [
        (dashboard.unknown_figures, "Workers", {"nyfiken_workers": "nyfiken_wrokers"}, "Workers: nyfiken_wrokers"),
        (dashboard.unknown_figures, "Requests", {"status)": "stats)"}, "Requests: stats"),
        (dashboard.of_all_services, "Appends", {'{job=~"$job"}': ""}, "nyfiken_store_append_duration_seconds_count"),
        (dashboard.wrongly_put_together, "Workers", {"max by": "sum by"}, "nyfiken_workers is summed"),
        (
            dashboard.wrongly_put_together,
            "Published late",
            {"max by (job) (": "max(sum by (job) (", "})": "}))"},
            "nyfiken_relay_lag_seconds is summed",
        ),
        (dashboard.wrongly_put_together, "Appends", {"sum by (job) (rate": "(rate"}, "count is of each process"),
        (dashboard.called_wrongly, "Keys set aside", {"(job, processor)": "(job)"}, "Keys set aside: {{job}}"),
        (dashboard.called_wrongly, "How long a batch takes", {"source, le": "le"}, "How long a batch takes: {{job}}"),
    ],
)
def test_a_query_that_is_wrong_is_found(check, title, changed, said):
    broken = copy.deepcopy(dashboard.read())
    for target in panel_of(broken, title)["targets"]:
        for what, instead in changed.items():
            assert what in target["expr"]
            target["expr"] = target["expr"].replace(what, instead)
    assert any(said in wrong for wrong in check(broken)), check(broken)


@pytest.mark.parametrize(
    ("check", "title", "way", "value", "said"),
    [
        (dashboard.lie_wrongly, "Requests", ("gridPos", "w"), 9, "Requests and Share of requests that fail"),
        (dashboard.lie_wrongly, "How long people wait", ("gridPos", "w"), 9, "How long people wait"),
        (dashboard.not_told, "Requests", ("id",), 3, "id 3 twice"),
        (dashboard.not_told, "Requests", ("description",), "", "2: no description"),
        (dashboard.not_told, "Requests", ("fieldConfig", "defaults", "unit"), "", "2: no unit"),
        (dashboard.not_told, "Requests", ("datasource", "uid"), "mine", "2: a datasource of its own"),
        (dashboard.unlike_the_alerts, "Published late", ("description",), "Late.", "NyfikenRelayBehind: not told once"),
        (
            dashboard.unlike_the_alerts,
            "Published late",
            ("fieldConfig", "defaults", "thresholds", "steps"),
            [{"color": "green", "value": None}, {"color": "red", "value": 90}],
            "NyfikenRelayBehind: [90]",
        ),
        (dashboard.not_shown, "Leases lost", ("targets",), [], "nyfiken_lease_lost_total"),
    ],
)
def test_a_panel_that_is_wrong_is_found(check, title, way, value, said):
    broken = copy.deepcopy(dashboard.read())
    place = panel_of(broken, title)
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    assert any(wrong.startswith(said) for wrong in check(broken)), check(broken)


def test_a_reason_for_leaving_out_what_is_shown_is_found(monkeypatch):
    monkeypatch.setitem(dashboard.NOT_SHOWN, "nyfiken_workers", "nobody wants to know")
    assert dashboard.not_shown(dashboard.read()) == ["nyfiken_workers"]


def panel_of(found, title):
    (panel,) = [each for each in found["panels"] if each["title"] == title]
    return panel
