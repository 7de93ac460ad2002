"""A folder grows pull by pull; whatever else happens, it holds what was told, once, or nothing was changed."""

import dataclasses

import pytest

from chassis.transport.cloudevents import from_batch
from history.errors import NotTold, NotUnderstood, WrongFolder
from history.exporting import lines
from history.folder import Folder
from history.pull import Pull
from tests.history.origins import EXAMPLES, KARIN, Origin, faults, history, pull, unseen

SUBMITTED = next(path for path in EXAMPLES if path.name == "idea-submitted.v1.json").read_bytes()


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "pulled")


@pytest.fixture
def ideas():
    return Origin("ideas", history("ideas", 300))


@pytest.fixture
def experiments():
    return Origin("experiments", history("experiments", 40, partitions=3, seed=2))


def content(folder):
    """(service, partition) → all that is there, in order."""
    found = {}
    for part in folder.manifest().parts:
        for told in folder.told(part):
            found.setdefault((part.service, told.partition), []).append(told)
    return {place: sorted(each, key=lambda told: told.position) for place, each in found.items()}


def everything(*origins):
    """The same of what the services tell."""
    return {(o.service, n): told[: o.known[n]] for o in origins for n, told in o.events.items()}


def ids(found):
    return {place: [getattr(each, "id", each) for each in told] for place, told in found.items()}


def test_all_that_is_told_is_there_in_order_and_proved(folder, ideas, experiments):
    pull(folder, ideas, experiments)
    assert ids(content(folder)) == ids(everything(ideas, experiments))
    assert faults(folder) == []


def test_the_next_pull_adds_only_what_is_new(folder, ideas):
    ideas.known = {0: 120, 1: 7}
    first = pull(folder, ideas)
    ideas.known = {0: 300, 1: 300}
    then = pull(folder, ideas)
    assert set(first.parts) < set(then.parts)
    assert ids(content(folder)) == ids(everything(ideas))
    assert faults(folder) == []


def test_what_is_withheld_at_first_lies_in_no_month(folder):
    ideas = Origin("ideas", history("ideas", 3, withheld=1))
    pull(folder, ideas)
    ideas.events = {n: told + history("ideas", 6, withheld=0)[n][3:] for n, told in ideas.events.items()}
    ideas.known = dict.fromkeys(ideas.events, 6)
    pull(folder, ideas)
    assert {part.month for part in folder.manifest().parts} == {"unknown", "2026-01"}
    assert faults(folder) == []


def test_a_pull_with_nothing_new_changes_nothing(folder, ideas):
    assert pull(folder, ideas) == pull(folder, ideas)


def test_many_small_files_become_few(folder, ideas):
    for known in range(10, 301, 10):
        ideas.known = dict.fromkeys(ideas.events, known)
        pull(folder, ideas)
    parts = folder.manifest().parts
    assert len(parts) < 3 * 12
    assert sorted(str(place.relative_to(folder.path)) for place in folder.path.rglob("*.parquet")) == sorted(
        part.path for part in parts
    )
    assert ids(content(folder)) == ids(everything(ideas))
    assert faults(folder) == []


def test_each_partition_is_exported_in_its_order_also_where_files_were_put_together_around_a_large_one(
    folder, ideas, monkeypatch
):
    monkeypatch.setattr("history.compacting._LARGE", 30)
    monkeypatch.setattr("history.compacting._MANY", 2)
    for known in (4, 5, 6, 25, 26, 27, 28):
        ideas.known = dict.fromkeys(ideas.events, known)
        pull(folder, ideas)
    parts = [part for part in folder.manifest().parts if part.month == "2026-01"]
    assert any(len(part.ranges) > 2 for part in parts), "none was put together around another"
    told = from_batch(b"[" + b",".join(lines(folder)) + b"]")
    assert [(each.partition, each.position) for each in told] == [(n, at) for n in (0, 1) for at in range(1, 29)]


def test_what_each_column_means_lies_beside_the_files(folder, ideas):
    pull(folder, ideas)
    told = (folder.path / "dictionary.md").read_text()
    assert "## experiment_failed\n" in told
    assert "| happened_at | TIMESTAMP | When it happened, in UTC" in told


def test_an_event_is_read_back_as_it_was_told_but_for_who_it_was(folder, ideas):
    pull(folder, ideas)
    told, back = ideas.events[0][2], content(folder)["ideas", 0][2]
    called = folder.pseudonyms(folder.manifest()).told(told)
    names = [f.name for f in dataclasses.fields(told) if f.name != "_event"]
    assert {name: getattr(back, name) for name in names} == {name: getattr(called, name) for name in names}


def test_people_are_called_the_same_within_a_folder_and_otherwise_in_another(tmp_path, ideas):
    called = {}
    for name in ("one", "another"):
        folder = Folder(tmp_path / name)
        pull(folder, ideas)
        called[name] = {told.metadata.by for told in content(folder)["ideas", 0] if hasattr(told, "metadata")}
    assert len(called["one"]) == len(called["another"]) == 1
    assert called["one"] != called["another"]
    assert KARIN not in called["one"] | called["another"]


def test_no_file_names_a_person_as_the_platform_does(folder, ideas):
    pull(folder, ideas)
    assert any(KARIN.encode() in told.data for told in ideas.events[0] if hasattr(told, "data"))
    for part in folder.manifest().parts:
        table = folder.table(part)
        assert not [c for c in table.column_names if KARIN in str(table.column(c).to_pylist())]


@pytest.fixture
def told_whole():
    """All that a service tells the others."""
    return Origin("ideas", history("ideas", 100, withheld=0))


def pull_whole(folder, *origins):
    return Pull(folder, origins, unseen, whole=True).once()


def test_a_whole_history_has_people_as_the_platform_calls_them_and_nobody_else_may_read_it(folder, told_whole):
    assert pull_whole(folder, told_whole).whole
    assert [told.data for told in content(folder)["ideas", 0]] == [told.data for told in told_whole.events[0]]
    assert {told.metadata.by for told in content(folder)["ideas", 0]} == {KARIN}
    assert not (folder.path / "pseudonyms.key").exists()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert faults(folder) == []


def test_a_whole_history_is_read_once_more_as_a_whole_one(folder, told_whole):
    pull_whole(folder, told_whole)
    assert Pull(folder, [told_whole], unseen, whole=True).afresh().whole
    assert ids(content(folder)) == ids(everything(told_whole))


def test_of_a_whole_history_nothing_is_withheld(folder, ideas):
    with pytest.raises(NotTold, match="ideas/0:5: is withheld; a whole history is told to the role service alone"):
        pull_whole(folder, ideas)
    assert folder.manifest().events == 0


def test_a_folder_of_one_kind_is_not_gone_on_with_as_the_other(tmp_path, told_whole):
    whole, analysts = Folder(tmp_path / "whole"), Folder(tmp_path / "analysts")
    before = pull_whole(whole, told_whole), pull(analysts, told_whole)
    with pytest.raises(WrongFolder, match="holds a whole history; go on with --whole"):
        pull(whole, told_whole)
    with pytest.raises(WrongFolder, match="holds what analysts are told; pull --whole into a new folder"):
        pull_whole(analysts, told_whole)
    assert (whole.manifest(), analysts.manifest()) == before


def test_a_service_that_goes_away_leaves_what_was_there(folder, ideas, experiments):
    experiments.is_away = True
    with pytest.raises(NotTold, match="experiments: answered 503"):
        pull(folder, ideas, experiments)
    experiments.is_away = False
    pull(folder, ideas, experiments)
    assert ids(content(folder)) == ids(everything(ideas, experiments))


def test_a_service_that_goes_away_half_way_leaves_a_folder_that_is_gone_on_with(folder, ideas, monkeypatch):
    monkeypatch.setattr("history.pull._TOGETHER", 100)
    monkeypatch.setattr("history.pull.PAGE", 30)
    pages = []

    def page(*asked, told=ideas.page):
        pages.append(asked)
        ideas.is_away = len(pages) > 7
        return told(*asked)

    ideas.page = page
    with pytest.raises(NotTold):
        pull(folder, ideas)
    assert 0 < folder.manifest().events < 600
    assert faults(folder) == []
    pages.clear()
    ideas.is_away = False
    ideas.page = Origin("ideas", ideas.events).page
    pull(folder, ideas)
    assert ids(content(folder)) == ids(everything(ideas))
    assert faults(folder) == []


def test_a_pull_that_is_asked_to_end_leaves_no_file_that_no_manifest_names(folder, ideas, monkeypatch):
    before = pull(folder, Origin("ideas", {n: told[:10] for n, told in ideas.events.items()}))
    pulling = Pull(folder, [ideas], unseen)

    def asked_to_end(manifest):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "keep", asked_to_end)
    with pytest.raises(KeyboardInterrupt):
        pulling.once()
    assert folder.manifest() == before
    assert faults(folder) == []


@pytest.fixture
def redacted(ideas):
    """What somebody wrote at the beginning is masked after it was pulled."""

    def redact():
        said = ideas.events[0][0]
        ideas.events[0][0] = dataclasses.replace(
            said, data=said.data.replace(b"Videosamtal", b"(maskerat)"), _event=None
        )

    ideas.events[0][0] = dataclasses.replace(ideas.events[0][0], type="idea-submitted.v1", data=SUBMITTED, _event=None)
    ideas.events = {0: ideas.events[0][:1] + [one for one in ideas.events[0][1:] if b"Videosamtal" not in data(one)]}
    for n, one in enumerate(ideas.events[0], start=1):
        ideas.events[0][n - 1] = dataclasses.replace(one, position=n)
    ideas.known = {0: len(ideas.events[0])}
    return redact


def test_what_is_not_told_any_longer_is_in_no_file_once_it_is_to_be_forgotten(folder, ideas, redacted):
    pull(folder, ideas)
    redacted()
    before = pull(folder, ideas)
    assert b"Videosamtal" in all_data(folder)
    Pull(folder, [ideas], unseen).afresh()
    assert b"Videosamtal" not in all_data(folder)
    assert ids(content(folder)) == ids(everything(ideas))
    assert {part.path for part in before.parts}.isdisjoint(
        str(p.relative_to(folder.path)) for p in folder.path.rglob("*")
    )
    assert faults(folder) == []


def test_forgetting_that_is_cut_short_leaves_all_as_it_was(folder, ideas, experiments):
    before = pull(folder, ideas, experiments)
    tells = experiments.page
    experiments.page = lambda partition, after, limit: tells(partition, after, limit) if limit == 1 else []
    with pytest.raises(NotTold, match="has nothing behind"):
        Pull(folder, [ideas, experiments], unseen).afresh()
    assert folder.manifest() == before
    assert faults(folder) == []


def data(told):
    return getattr(told, "data", b"")


def all_data(folder):
    return b"".join(data(told) for part in folder.manifest().parts for told in folder.told(part))


def test_a_history_that_was_restored_is_refused_and_nothing_changed(folder, ideas):
    before = pull(folder, ideas)
    ideas.known = {0: 250, 1: 300}
    with pytest.raises(WrongFolder, match="ideas/0:300 is here and not in ideas: it was restored"):
        pull(folder, ideas)
    assert folder.manifest() == before


def test_another_platform_is_refused_and_nothing_changed(folder, ideas):
    ideas.known = {0: 101, 1: 101}
    before = pull(folder, ideas)
    with pytest.raises(WrongFolder, match=r"ideas/0:101 .* is of another platform"):
        pull(folder, Origin("ideas", history("ideas", 300, seed=9)))
    assert folder.manifest() == before


def test_another_platform_is_refused_also_where_the_last_that_was_pulled_is_withheld(folder, ideas):
    ideas.known = {0: 100, 1: 100}
    pull(folder, ideas)
    with pytest.raises(WrongFolder, match=r"ideas/0:99 .* is of another platform"):
        pull(folder, Origin("ideas", history("ideas", 300, seed=9)))


def test_another_number_of_partitions_is_refused(folder, ideas):
    pull(folder, ideas)
    with pytest.raises(WrongFolder, match="ideas has 4 partitions, this folder 2"):
        pull(folder, Origin("ideas", history("ideas", 300, partitions=4)))


def test_an_event_of_a_newer_release_is_named_and_what_was_there_stays(folder, ideas):
    ideas.known = {0: 10, 1: 10}
    before = pull(folder, ideas)
    ideas.known = {0: 300, 1: 300}
    ideas.events[0][12] = dataclasses.replace(ideas.events[0][12], type="idea-submitted.v99", _event=None)
    with pytest.raises(NotUnderstood, match=r"ideas/0:13: idea-submitted\.v99 is not known to this release"):
        pull(folder, ideas)
    assert folder.manifest() == before


def test_a_folder_of_something_else_is_left_alone(folder, ideas):
    folder.path.mkdir()
    (folder.path / "thesis.tex").write_text("…")
    with pytest.raises(WrongFolder, match="is not empty, and no pulled history"):
        pull(folder, ideas)
    assert [place.name for place in folder.path.iterdir()] == ["thesis.tex"]


def test_two_pulls_at_once_are_one_too_many(folder, ideas):
    with folder.alone(), pytest.raises(WrongFolder, match="another pull"), folder.alone():
        pass


def test_a_folder_without_its_key_takes_nothing_more(folder, ideas):
    before = pull(folder, ideas)
    (folder.path / "pseudonyms.key").unlink()
    with pytest.raises(WrongFolder, match=r"pseudonyms\.key: is not there"):
        pull(folder, ideas)
    (folder.path / "pseudonyms.key").write_bytes(bytes(32))
    with pytest.raises(WrongFolder, match="is not the key"):
        pull(folder, ideas)
    assert folder.manifest() == before
    assert faults(folder) == []
