import pytest

from nyfiken.importing.mapping import Impossible, WrongMap, load_map
from tests.nyfiken.importing.made_up import MAP, SCHEMA

ROW = {"Id": "1", "Name": "N", "Said": "S", "Office": "HQ", "Word": "NA", "Words": "", "Day": "2014-06-06"}
IDENTITY = "\n  source.system: {text: made-up}\n  source.external_id: Id"


def mapped(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    return load_map(path, SCHEMA)


def faults(tmp_path, text):
    with pytest.raises(WrongMap) as wrong:
        mapped(tmp_path, text)
    return wrong.value.faults


def body(tmp_path, fields, **cells):
    return mapped(tmp_path, f"fields:\n  {fields}{IDENTITY}").body({**ROW, **cells})


def test_a_row_becomes_the_body_of_a_command(tmp_path):
    row = {
        **ROW,
        "Words": "pumps, valves ,, pumps,Words",
        "Word": "Energy",
        "Said": "It <b>held</b>.\r\n\r\nDon¿t ask.",
    }
    found = mapped(tmp_path, MAP).body(row)
    assert found == {
        "title": "N",
        "text": "It held.\n\nDon't ask.",
        "unit": "nasa-head-office",
        "tags": ["Energy", "pumps", "valves"],
        "language": "en",
        "author": {"kind": "partner", "label": "Office HQ"},
        "occurred_at": "2014-06-06T12:00:00+00:00",
        "source": {"system": "made-up", "external_id": "1"},
    }
    assert SCHEMA.validate(found) == {}


def test_a_missing_title_is_taken_from_elsewhere(tmp_path):
    said = "Something that was said at some length."
    assert mapped(tmp_path, MAP).body({**ROW, "Name": " ", "Said": said})["title"] == "Something that was said at…"


def test_what_is_empty_is_left_out(tmp_path):
    assert "text" not in mapped(tmp_path, MAP).body({**ROW, "Said": ""})
    assert "text" not in body(tmp_path, 'text: {text: "from {Name} to {Said}"}', Name="", Said=" ")


def test_a_moment_with_an_hour_keeps_it(tmp_path):
    found = mapped(tmp_path, MAP).body({**ROW, "Day": "24/12/2020 15:00"})
    assert found["occurred_at"] == "2020-12-24T15:00:00+00:00"


def test_a_moment_with_an_offset_becomes_utc(tmp_path):
    found = body(tmp_path, 'occurred_at: {column: Day, moment: "%Y-%m-%dT%H:%M%z"}', Day="2020-06-01T01:00+0200")
    assert found["occurred_at"] == "2020-05-31T23:00:00+00:00"


def test_an_impossible_date_is_told_with_its_field(tmp_path):
    with pytest.raises(Impossible, match=r"^occurred_at: '2021-13-31' is no date of the form %Y-%m-%d or"):
        mapped(tmp_path, MAP).body({**ROW, "Day": "2021-13-31"})


def test_a_row_without_an_id_is_known_by_what_it_says(tmp_path):
    text = 'fields:\n  source.system: {text: made-up}\n  source.external_id: {hash: "*"}'
    found = mapped(tmp_path, text)
    one, same, other = (found.body(row)["source"]["external_id"] for row in (ROW, dict(ROW), {**ROW, "Said": "T"}))
    assert one == same != other


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fields: [", "map.yaml is not YAML: while parsing a flow node"),
        ("- a list", "the map: Invalid input type."),
        ("table: {}", "fields: Missing data for required field."),
        (f"fields:\n  titel: Name{IDENTITY}", "fields.titel: no such field; there are author.kind, author.label"),
        (f"fields:\n  author: Name{IDENTITY}", "fields.author: no such field; there are author.kind"),
        (f"fields:\n  title: {{colum: Name}}{IDENTITY}", "fields.title.colum: Unknown field."),
        (f"fields:\n  title: {{cut: 10}}{IDENTITY}", "fields.title: needs one of column, text and hash"),
        (f"fields:\n  title: {{column: A, text: b}}{IDENTITY}", "fields.title: needs one of column, text and hash"),
        (f"fields:\n  title: {{column: A, cut: ten}}{IDENTITY}", "fields.title.cut: Not a valid integer."),
        (f"fields:\n  title: {{column: A, otherwise: {{x: B}}}}{IDENTITY}", "fields.title.otherwise.x: Unknown field."),
        (f"table: {{encoding: utf-88}}\nfields:{IDENTITY}", "table.encoding: There is no such encoding."),
        (f"table: {{encoding: base64}}\nfields:{IDENTITY}", "table.encoding: There is no such encoding."),
        (f"table: {{delimiter: ab}}\nfields:{IDENTITY}", "table.delimiter: Length must be 1."),
        (f"tabel: {{}}\nfields:{IDENTITY}", "tabel: Unknown field."),
        ("fields:\n  title: Name", "fields.source.system: is needed, to know a row again"),
    ],
)
def test_a_wrong_map_names_the_key(tmp_path, text, told):
    assert any(fault.startswith(told) for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_every_wrong_key_is_told_at_once(tmp_path):
    assert len(faults(tmp_path, "fields:\n  titel: Name\n  txt: Said")) == 4


def test_columns_that_the_file_has_not_are_named(tmp_path):
    found = mapped(tmp_path, f"fields:\n  title: {{column: Nmae, otherwise: Titel}}{IDENTITY}")
    assert found.lacks(["Id", "Name"]) == [
        "fields.title: the file has no column 'Nmae'",
        "fields.title: the file has no column 'Titel'",
        "its columns are Id, Name",
    ]
