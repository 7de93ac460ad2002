"""A folder is proved by every byte of it: whatever is changed, it is found, and told in a line."""

import json
import shutil
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from history import manifest as manifests
from history.errors import WrongFolder
from history.folder import Folder, hash_of
from history.verify import wrong
from tests.history.origins import BEGAN, Origin, faults, history, pull


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    path = tmp_path_factory.mktemp("pulled") / "history"
    pull(Folder(path), Origin("ideas", history("ideas", 100)))
    return path


@pytest.fixture
def folder(pulled, tmp_path):
    return Folder(shutil.copytree(pulled, tmp_path / "history"))


@pytest.fixture
def part(folder):
    return folder.manifest().parts[1]


def rewritten(folder, part, table):
    """The file with another content, and a manifest that says that it must be so."""
    place = folder.path / part.path
    pq.write_table(table, place)
    said = json.loads((folder.path / manifests.NAME).read_bytes())
    (mine,) = (each for each in said["parts"] if each["path"] == part.path)
    mine.update(bytes=place.stat().st_size, sha256=hash_of(place))
    (folder.path / manifests.NAME).write_text(json.dumps(said))


def changed(table, column, row, value):
    values = table.column(column).to_pylist()
    values[row] = value
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), [values])


def told_row(table):
    """A row that is not withheld."""
    return next(n for n, id_ in enumerate(table.column("id").to_pylist()) if id_)


def test_a_folder_as_it_was_pulled_is_whole(folder):
    assert faults(folder) == []


def test_progress_is_shown_to_its_end(folder):
    shown = []
    assert not list(wrong(folder, lambda done, total: shown.append((done, total))))
    assert shown[-1] == (200, 200)


def test_a_file_that_is_gone(folder, part):
    (folder.path / part.path).unlink()
    assert f"{folder.path / part.path}: is not there" in faults(folder)


def test_a_file_that_was_cut_short(folder, part):
    place = folder.path / part.path
    place.write_bytes(place.read_bytes()[:-7])
    assert f"has {part.bytes - 7} bytes, the manifest says {part.bytes}" in faults(folder)[0]


def test_one_bit_of_a_file(folder, part):
    place = folder.path / part.path
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    assert "is not what was written (SHA-256)" in faults(folder)[0]


def test_a_file_that_the_manifest_does_not_name(folder, part):
    place = folder.path / part.path
    shutil.copy(place, place.with_name("999999.parquet"))
    assert "999999.parquet: no manifest names it" in faults(folder)[0]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("position", 4711, "ideas/0:4711"),
        ("type", "idea-submitted.v99", "idea-submitted.v99 is not known to this release"),
        ("type", "coffee-made.v1", "coffee-made.v1 is not known to this release"),
        ("data", '{"idea_id": 1}', "does not fit the contract of"),
        ("data", "…", "does not fit the contract of"),
    ],
)
def test_a_row_that_is_wrong_though_the_file_is_as_it_was_written(folder, part, column, value, said):
    table = folder.table(part)
    rewritten(folder, part, changed(table, column, told_row(table), value))
    assert said in faults(folder)[0]


def test_an_event_in_the_file_of_another_month(folder, part):
    table = folder.table(part)
    rewritten(folder, part, changed(table, "recorded_at", told_row(table), BEGAN - timedelta(days=99)))
    assert "was recorded in another month" in faults(folder)[0]


def test_an_event_that_is_there_twice(folder, part):
    table = folder.table(part)
    first, second = [n for n, id_ in enumerate(table.column("id").to_pylist()) if id_][:2]
    rewritten(folder, part, changed(table, "id", second, table.column("id")[first].as_py()))
    assert "has an id that another event has" in faults(folder)[0]


def test_a_row_that_is_missing_at_the_end_of_a_file(folder, part):
    rewritten(folder, part, folder.table(part).slice(0, part.rows - 1))
    assert "has fewer rows than the manifest says" in faults(folder)[0]


def test_a_file_that_the_manifest_has_forgotten_leaves_a_gap(folder, part):
    said = json.loads((folder.path / manifests.NAME).read_bytes())
    said["parts"] = [each for each in said["parts"] if each["path"] != part.path]
    (folder.path / manifests.NAME).write_text(json.dumps(said))
    found = faults(folder)
    assert any("no manifest names it" in fault for fault in found)
    assert any("is missing, or is there twice" in fault for fault in found)


def test_an_end_that_is_another_event(folder):
    said = json.loads((folder.path / manifests.NAME).read_bytes())
    (ideas,) = said["services"].values()
    ideas[0]["id"] = "another"
    (folder.path / manifests.NAME).write_text(json.dumps(said))
    assert faults(folder) == ["ideas/0:99: is not the event that the manifest says"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("coffee", "not JSON"),
        ("[]", "format: is not 1"),
        ('{"format": 2}', "format: is not 1"),
        ('{"format": 1}', "manifest.key"),
        ('{"format": 1, "key": "k", "parts": [{"path": "p"}]}', "manifest.parts"),
        ('{"format": 1, "key": "k", "coffee": 1}', "coffee"),
    ],
)
def test_a_manifest_that_is_none(folder, content, said):
    (folder.path / manifests.NAME).write_text(content)
    with pytest.raises(WrongFolder, match=said):
        faults(folder)


def test_a_folder_that_nothing_was_pulled_into(tmp_path):
    with pytest.raises(WrongFolder, match="no history was pulled into it"):
        faults(Folder(tmp_path))
