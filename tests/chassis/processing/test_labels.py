"""Rows are found by one of several words, as a whole and whatever its case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from chassis.processing.labels import labelled, labels

THINGS = sa.Table("things", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("tags", sa.Text))


@pytest.fixture
def connection(store):
    with store.transaction() as transaction:
        THINGS.create(transaction.connection)
        rows = [{"id": 1, "tags": labels("Ärlig", "50 %")}, {"id": 2, "tags": labels()}]
        transaction.connection.execute(sa.insert(THINGS), rows)
        yield transaction.connection


@pytest.mark.parametrize(("word", "found"), [("ÄRLIG", [1]), (" 50 % ", [1]), ("ärl", []), ("%", []), ("", [])])
def test_a_word_is_found_as_a_whole_whatever_its_case(connection, word, found):
    assert list(connection.execute(sa.select(THINGS.c.id).where(labelled(THINGS.c.tags, word))).scalars()) == found
