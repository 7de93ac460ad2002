"""Alerts tell when somebody has to do something, and not when nobody has."""

import pytest
import yaml

from tests.deploy.promtool import ALERTS, CASES, alerts, promtool, unknown


def test_prometheus_takes_the_alerts():
    assert f"{len(alerts())} rules found" in promtool("check", "rules", ALERTS)


def test_each_tells_in_its_cases_what_it_is_to_tell_and_is_silent_in_the_others():
    assert "SUCCESS" in promtool("test", "rules", CASES)


def test_of_each_there_is_a_case_in_which_it_tells_and_one_in_which_it_does_not():
    cases = [asked for case in yaml.safe_load(CASES.read_text())["tests"] for asked in case["alert_rule_test"]]
    found = {(case["alertname"], bool(case["exp_alerts"])) for case in cases}
    assert found == {(name, tells) for name in alerts() for tells in (True, False)}


@pytest.mark.parametrize("name", alerts())
def test_an_alert_asks_for_figures_and_labels_that_exist(name):
    assert unknown(alerts()[name]["expr"]) == []


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_how_bad_it_is_and_what_to_do(name):
    alert = alerts()[name]
    assert alert["for"]
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    assert "{{ $labels.job }}" in alert["annotations"]["summary"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("max by (job) (nyfiken_stroe_up)", ["nyfiken_stroe_up", "job"]),
        ("max by (jobb) (nyfiken_store_up)", ["jobb"]),
        ('nyfiken_relay_lag_seconds{partion="1"}', ["nyfiken_relay_lag_seconds.partion"]),
        ("nyfiken_http_request_duration_seconds", ["nyfiken_http_request_duration_seconds"]),
        ('sum by (le) (rate(nyfiken_http_request_duration_seconds_bucket{route!~"/a|/b"}[5m]))', []),
    ],
)
def test_what_a_query_gets_wrong_is_found(query, wrong):
    assert unknown(query) == wrong
