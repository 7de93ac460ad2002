"""What a search finds, in Swedish and English, and in which order."""

import random

import pytest
import sqlalchemy as sa

from chassis.processing.search import Indexed, create_index, drop_index, index, search
from chassis.processing.words import parts_of, words_of
from tests.stores import postgres_store, sqlite_store

TITLES = {
    "video": "Videomöten med hemtjänsten",
    "garden": "Odlingslådor på taket",
    "bikes": "Cykelgarage vid stationen",
    "guards": "Ordningsvaktsutbildningen",
    "bread": "Bröd bakat av elever",
    "crane": "Preventive maintenance of mobile cranes",
    "labels": "Wire identification in harnesses",
}
_SYLLABLES = ["bo", "dra", "fel", "gås", "hi", "kor", "mu", "ny", "ros", "tvä"]
BODIES = {"garden": "Grannar odlar grönsaker tillsammans.", "bread": "De som inte har något videosamtal får bröd."}


@pytest.fixture
def things(store):
    """An indexed table, and a connection that may change both."""
    table = sa.Table("things", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True), sa.Column("n", sa.Integer))
    with store.transaction() as transaction:
        connection = transaction.connection
        table.create(connection)
        create_index(connection, "things")
        connection.execute(table.insert(), [{"key": key, "n": n} for n, key in enumerate(TITLES)])
        rows = [
            Indexed(key=key, heading=words_of(title), body=words_of(BODIES.get(key))) for key, title in TITLES.items()
        ]
        index(connection, "things", rows)
        yield connection, table


def found(things, text, *where):
    connection, table = things
    return search(connection, table.c.key, text, 5, *where)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("odlingslådan", "garden"),
        ("odla grönsaker", "garden"),
        ("CYKELGARAGE", "bikes"),
        ("maintaining a crane", "crane"),
        ("identify the wires", "labels"),
    ],
)
def test_other_forms_of_a_word_are_found(things, text, first):
    assert found(things, text)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("videosamtal i hemvården", "video"),
        ("cykelparkering", "bikes"),
        ("bättre utbildning för vakter", "guards"),
    ],
)
def test_compounds_that_share_a_part_are_found(things, text, first):
    assert found(things, text)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [("videomtöen", "video"), ("maintanance", "crane"), ("identifcation", "labels"), ("odlinglådor", "garden")],
)
def test_misspelt_words_are_found(things, text, first):
    assert found(things, text)[0] == first


def test_a_word_in_the_heading_weighs_more_than_in_the_body(things):
    connection, _ = things
    index(connection, "things", [Indexed(key="other", heading=words_of("Videosamtal"))])
    keys = found(things, "videosamtal")
    assert keys.index("other") < keys.index("bread")


def test_words_that_are_everywhere_find_nothing(things):
    assert found(things, "och the är with för") == []
    assert found(things, "") == []


@pytest.mark.parametrize("text", ['"; DROP TABLE things', "parts: NEAR(a b)", "* OR ^", "{heading}: x", "a" * 20_000])
def test_a_text_is_never_taken_for_a_query(things, text):
    found(things, text)


def test_only_what_meets_the_conditions_is_found(things):
    _, table = things
    assert found(things, "cykelgarage odling", table.c.n == 1) == ["garden"]


def test_what_is_indexed_anew_is_no_longer_found_by_what_it_was(things):
    connection, _ = things
    index(connection, "things", [Indexed(key="bikes", heading=words_of("Fontän")), Indexed(key="garden")])
    assert found(things, "fontän") == ["bikes"]
    assert found(things, "cykelgarage") == found(things, "odlingslådor") == []


def test_an_index_that_is_dropped_can_be_made_again(things):
    connection, _ = things
    drop_index(connection, "things")
    create_index(connection, "things")
    assert found(things, "cykelgarage") == []


def test_every_database_ranks_the_same(tmp_path, databases):
    chance = random.Random(1)
    words = [f"{first}{second}{third}" for first in _SYLLABLES for second in _SYLLABLES for third in _SYLLABLES]
    common = chance.sample(words, 40)

    def text(length):
        return " ".join(chance.choice(common if chance.random() < 0.6 else words) for _ in range(length))

    rows = [Indexed(key=str(n), heading=text(chance.randrange(1, 6)), body=text(30)) for n in range(300)]
    asked = [text(length) for length in (1, 2, 5, 15) for _ in range(5)]
    with databases.migrated("suite", 1) as address:
        of_each = []
        for opener in (sqlite_store(tmp_path / "ranked.sqlite", "suite"), postgres_store(address, "suite")):
            store = opener()
            with store.transaction() as transaction:
                table = sa.Table("things", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True))
                create_index(transaction.connection, "things")
                index(transaction.connection, "things", [Indexed(key=row.key, body="other words") for row in rows[:50]])
                index(transaction.connection, "things", rows)
                of_each.append([search(transaction.connection, table.c.key, words, 20) for words in asked])
            store.close()
    one, other = of_each
    assert one == other
    assert all(one)


def test_a_part_is_three_letters_and_the_first_has_a_mark():
    assert parts_of(["videomöt", "hem"]) == "0vi vid ide deo eom omö möt"
