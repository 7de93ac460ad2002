"""Whoever an alert sends to a page finds there what to do, and every command and query on it exists."""

import re

import pytest

from nyfiken.layout import ROLES, SERVICES
from tests.deploy.promtool import alerts, readable, unknown
from tests.deploy.runbooks import HEADINGS, INDEX, PAGES, STANDS_FOR, blocks, lines, misunderstood, ours, page_of

OF_ALERTS = sorted(page_of(alert) for alert in alerts().values())
ALL = sorted(PAGES.glob("*.md"))


def named(pages):
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.stem)


def test_each_alert_has_a_page_of_its_own():
    assert len(set(OF_ALERTS)) == len(alerts())
    assert [page for page in OF_ALERTS if not page.is_file()] == []


@pytest.mark.parametrize("name", alerts())
def test_a_page_is_called_as_its_alert_and_says_the_four_things_in_order(name):
    text = page_of(alerts()[name]).read_text()
    assert re.findall(r"^# (\w+): .+$", text, re.MULTILINE) == [name]
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == HEADINGS


@pytest.mark.parametrize("name", alerts())
def test_how_it_is_over_is_asked_of_the_figures_that_the_alert_is_about(name):
    _, over = page_of(alerts()[name]).read_text().split(f"## {HEADINGS[-1]}")
    asked, about = (set(re.findall(r"\b(?:up|nyfiken_\w+)\b", text)) for text in (over, alerts()[name]["expr"]))
    assert asked & about or "```sh" in over


def test_the_index_names_each_alert_with_its_severity_and_its_page():
    rows = re.findall(r"^\| (Nyfiken\w+) \| (\w+) \| \[([a-z-]+\.md)\]\(\3\) \|$", INDEX.read_text(), re.MULTILINE)
    assert rows == [(name, alert["labels"]["severity"], page_of(alert).name) for name, alert in alerts().items()]


@named(ALL)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@named(ALL)
def test_prometheus_understands_every_query_of_a_page(page, tmp_path):
    readable(list(blocks(page.read_text(), "promql")), tmp_path)


@named(ALL)
def test_a_query_asks_for_figures_and_labels_that_exist(page):
    assert [unknown(query) for query in blocks(page.read_text(), "promql") if unknown(query)] == []


@named(ALL)
def test_every_command_of_a_page_is_one_and_has_the_options_that_it_is_given(page, monkeypatch):
    assert [said for each in ours(page.read_text()) if (said := misunderstood(each, monkeypatch))] == []


@named(OF_ALERTS)
def test_what_is_asked_on_a_cluster_is_asked_where_it_is(page):
    typed = lines(page.read_text())
    assert {found for line in typed for found in re.findall(r"deployment/(\S+)", line)} <= {
        f"{service}-{role}" for service in SERVICES for role in ROLES
    }
    for line in (line for line in typed if " exec " in line):
        place = re.search(r" deployment/(\w+)-(\w+) --container (\w+) -- python -m nyfiken \w+", line)
        assert place is not None, line
        assert place[2] == place[3]
        assert f" {place[1]}" in line.partition("-- python")[2], "it must say which service it is asked of"


@named(OF_ALERTS)
def test_doctor_is_asked_in_a_worker_unless_the_page_says_why_not(page):
    text = page.read_text()
    elsewhere = [line for line in lines(text) if "doctor" in line and "-web " in line]
    assert not elsewhere or "doctor is asked in a web Pod, for only web" in text


@named([page for page in ALL if "--replicas=0" in page.read_text()])
def test_before_workers_are_scaled_to_zero_keda_is_paused_and_goes_on_afterwards(page):
    typed = lines(page.read_text())
    paused, goes_on = (
        next(n for n, line in enumerate(typed) if " scaledobject" in line and end in line)
        for end in ("paused=true ", "paused- ")
    )
    zero = [n for n, line in enumerate(typed) if "--replicas=0" in line]
    assert all(paused < n < goes_on for n in zero), "KEDA does not leave zero alone"


def test_keys_are_given_to_processes_from_the_folder_in_which_they_were_rotated():
    text = (PAGES / "keys-rotated.md").read_text()
    rotated, given = (set(re.findall(rf"{before}(\S+)", text)) for before in ("keys rotate ", "--from-file="))
    assert rotated == given


@named(ALL)
def test_each_command_on_a_page_stands_in_a_block_that_is_found(page):
    assert re.findall(r"^.*\S.*```sh$", page.read_text(), re.MULTILINE) == []


def test_the_index_says_what_each_word_in_capitals_is():
    told = set(re.findall(r"`([A-Z]{3,})`", INDEX.read_text())) | {"KEY"}  # keys-parked.md says what that is
    assert told == set(STANDS_FOR)


def test_a_query_that_prometheus_cannot_read_is_found(tmp_path):
    with pytest.raises(AssertionError, match="parse error"):
        readable(["max by (job) nyfiken_workers)"], tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nyfiken parked lost --service SERVICE", "No such command 'lost'"),
        ("nyfiken status --each", "No such option"),
        ("kubectl exec deployment/SERVICE-web -- python -m nyfiken doctor SRVICE", "Invalid value"),
        ("nyfiken parked show PROCESSOR", "Missing argument 'KEY'"),
        ("bin/nyfiken topics renew SERVICE", ""),
        ("nyfiken parked drop PROCESSOR KEY | head   # and so on", ""),
    ],
)
def test_a_command_that_is_not_one_is_found(line, said, monkeypatch):
    (arguments,) = ours(f"```sh\n{line}\n```\n")
    answer = misunderstood(arguments, monkeypatch)
    assert said in answer
    assert bool(said) == bool(answer)


def test_a_command_within_a_sentence_is_found_and_a_namespace_is_none():
    assert ours("Ask `nyfiken status`, then:\n\n```sh\nkubectl -n nyfiken get pods\n```\n") == [["status"]]
