from io import BytesIO

import httpx
import pytest

from nyfiken.importing.mapping import WrongMap, load_map
from nyfiken.importing.outcome import Outcome
from nyfiken.importing.passing import outcomes, would_be
from nyfiken.importing.rows import NotATable
from nyfiken.importing.sending import GaveUp, Sender
from tests.nyfiken.importing.made_up import HEADER, MAP, SCHEMA, table

GOOD = '1,Name,"said\r\non two lines",HQ,NA,,2014-06-06'


class Service:
    """Takes things as a service does: once each, by their source."""

    def __init__(self):
        self.things = {}
        self.unavailable = 0
        self.answers = None
        client = httpx.Client(base_url="http://service", transport=httpx.MockTransport(self._answer))
        self.sender = Sender(client, "/things", patience=1.0)

    def _answer(self, request):
        if self.unavailable:
            self.unavailable -= 1
            return httpx.Response(503)
        if self.answers:
            return self.answers
        body = httpx.Response(200, content=request.content).json()
        known = body["source"]["external_id"] in self.things
        self.things.setdefault(body["source"]["external_id"], body)
        return httpx.Response(200 if known else 201)


@pytest.fixture
def wanted(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP)
    return load_map(tmp_path / "map.yaml", SCHEMA)


def checked(text, wanted, encoding="utf-8"):
    raw = BytesIO(text if isinstance(text, bytes) else text.encode(encoding))
    return list(outcomes(raw, wanted, lambda line, body: would_be(SCHEMA, line, body)))


def sent(text, wanted, service):
    return list(outcomes(BytesIO(text.encode()), wanted, service.sender.send))


def told(text, wanted):
    return [(o.line, *reason) for o in checked(text, wanted) for reason in o.reasons]


def test_each_refused_row_is_told_with_its_first_line_its_field_and_the_reason(wanted):
    text = table(GOOD, '2,Name,Said,"",NA,,2014-06-06', "", '3,Name,Said,HQ,NA,"a,b,c,d,e,f",2014-06-06', "4,,,HQ,,,")
    assert told(text, wanted) == [
        (4, "unit", "Missing data for required field."),
        (6, "tags", "Longer than maximum length 5."),
        (7, "title", "Missing data for required field."),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_column(wanted):
    assert checked(table(GOOD), wanted, encoding="utf-8-sig") == [Outcome(2, "in")]


def test_a_file_in_another_encoding_is_read_as_its_map_states(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP.replace("{html: true", "{encoding: cp1252, html: true"))
    seen = []
    text = table("1,Måltidsvän – ny,Said,HQ,,,").encode("cp1252")
    wanted = load_map(tmp_path / "map.yaml", SCHEMA)
    list(outcomes(BytesIO(text), wanted, lambda line, body: seen.append(body) or Outcome(line, "in")))
    assert seen[0]["title"] == "Måltidsvän – ny"


def test_a_row_that_is_not_in_the_encoding_is_refused_and_the_others_are_not(wanted):
    text = table("1,Måltidsvän,Said,HQ,,,").encode("cp1252") + GOOD.replace("1", "2", 1).encode() + b"\r\n"
    found = checked(text, wanted)
    assert [o.what for o in found] == ["refused", "in"]
    assert found[0].reasons == (("", "is not in the encoding that the map states"),)


def test_a_file_that_cannot_be_decoded_at_all_is_told(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP.replace("{html: true", "{encoding: utf-16, html: true"))
    wanted = load_map(tmp_path / "map.yaml", SCHEMA)
    with pytest.raises(NotATable, match="line 1 or soon after: this is not in the encoding that the map states"):
        checked(table(GOOD).encode(), wanted)


def test_nul_and_other_control_characters_do_not_come_in(wanted):
    service = Service()
    assert sent(table("1,Na\x00me\x07,Said,HQ,,,"), wanted, service) == [Outcome(2, "in")]
    assert service.things["1"]["title"] == "Name"


def test_a_row_with_too_many_or_too_few_cells_is_refused(wanted):
    assert told(table("1,2,3", f"{GOOD},more"), wanted) == [
        (2, "", "has 3 cells where the header has 7"),
        (3, "", "has 8 cells where the header has 7"),
    ]


def test_a_row_without_identity_is_refused(wanted):
    assert told(table(",Name,Said,HQ,,,"), wanted) == [(2, "source.external_id", "is empty")]


def test_two_rows_of_one_identity_that_say_different_things_are_not_taken_for_one(wanted):
    other = GOOD.replace("Name", "Another name")
    service = Service()
    found = sent(table(GOOD, GOOD, other), wanted, service)
    assert [o.what for o in found] == ["in", "already there", "refused"]
    assert found[2].reasons == (("source.external_id", "is that of line 2, which says something else"),)


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(wanted):
    with pytest.raises(NotATable, match="line 4: unexpected end of data"):
        checked(table(GOOD, '2,"Name,Said,HQ,,,'), wanted)


def test_a_column_that_is_there_twice_is_told(wanted):
    with pytest.raises(NotATable, match="line 1: the column 'Id' is there more than once"):
        checked(table(header=f"{HEADER},Id"), wanted)


def test_a_file_that_lacks_a_column_is_not_begun(wanted):
    with pytest.raises(WrongMap, match=r"fields.title: the file has no column 'Said'"):
        checked("Id,Name,Office,Word,Words,Day\n", wanted)


def test_the_same_file_again_adds_nothing(wanted):
    service = Service()
    text = table(*(f"{n},Name {n},Said,HQ,,," for n in range(100)))
    assert {o.what for o in sent(text, wanted, service)} == {"in"}
    assert {o.what for o in sent(text, wanted, service)} == {"already there"}
    assert len(service.things) == 100


def test_outcomes_come_in_the_order_of_the_file(wanted):
    text = table(*(f"{n},Name {n},Said,HQ,,," for n in range(100)))
    assert [o.line for o in sent(text, wanted, Service())] == list(range(2, 102))


def test_what_the_service_refuses_is_told_as_it_says_it(wanted):
    service = Service()
    errors = [{"field": "unit", "message": "Not a valid unit id."}, {"field": "text", "message": "Too long."}]
    service.answers = httpx.Response(422, json={"title": "No", "errors": errors})
    assert sent(table(GOOD), wanted, service)[0].reasons == (
        ("unit", "Not a valid unit id."),
        ("text", "Too long."),
    )
    service.answers = httpx.Response(409, json={"title": "No", "detail": "The challenge is closed."})
    assert sent(table(GOOD), wanted, service)[0].reasons == (("", "The challenge is closed."),)


def test_a_service_that_is_away_for_a_moment_is_waited_for(wanted):
    service = Service()
    service.unavailable = 1
    assert sent(table(GOOD), wanted, service) == [Outcome(2, "in")]


def test_a_service_that_stays_away_ends_it(wanted):
    service = Service()
    service.unavailable = 1_000
    with pytest.raises(GaveUp, match="http://service does not answer: it is not available"):
        sent(table(GOOD), wanted, service)


def test_a_token_that_is_not_taken_ends_it(wanted):
    service = Service()
    service.answers = httpx.Response(401, json={"title": "Log in first."})
    with pytest.raises(GaveUp, match="line 2: http://service/things does not let us in: Log in first"):
        sent(table(GOOD), wanted, service)
