"""The commands that look after stores find them on a server, too, and say so where they do not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from chassis.keys import load_keys
from nyfiken.layout import SERVICES
from tests.servers.process import free_port


def test_they_find_the_databases_of_all_services(nyfiken, postgres):
    nyfiken("migrate", "--partitions", "2", postgres=postgres)
    code, said = nyfiken("status", postgres=postgres)
    assert code == 0, said
    assert [line.split("│")[4].strip() for line in said.splitlines() if " store " in line] == [
        f"{service}/0–1" for service in SERVICES
    ]
    assert nyfiken("parked", "list", postgres=postgres) == (0, "nothing is parked\n")
    assert nyfiken("compact", postgres=postgres) == (0, "".join(f"{service}: rewritten\n" for service in SERVICES))
    code, said = nyfiken("rebuild", "idea_board", "--no-wait", postgres=postgres)
    assert (code, said) == (0, "idea_board_v1 is being built by the worker of ideas; see nyfiken status\n")
    assert nyfiken("prune", postgres=postgres)[0] == 0


def test_of_one_service_its_own_database_will_do(nyfiken, database):
    """As where it runs: of the others' databases its processes know nothing."""
    nyfiken("migrate", "ideas", "--partitions", "2", "--database", database)
    code, said = nyfiken("status", "--service", "ideas", "--database", database)
    assert code == 0, said
    assert [line.split("│")[4].strip() for line in said.splitlines() if " store " in line] == ["ideas/0–1"]
    assert nyfiken("parked", "list", "--service", "ideas", "--database", database) == (0, "nothing is parked\n")
    code, said = nyfiken("rebuild", "failure_wall", "--service", "ideas", "--database", database)
    assert (code, "no read model is called failure_wall; there are: " in said) == (1, True)


def test_of_which_service_a_database_is_must_be_said(nyfiken, database):
    code, said = nyfiken("parked", "list", "--database", database)
    assert (code, "say which" in said) == (2, True)


def test_a_row_for_each_partition_if_somebody_asks(nyfiken, postgres):
    nyfiken("migrate", "--partitions", "2", postgres=postgres)
    _, said = nyfiken("status", "--partitions", postgres=postgres)
    assert [line.split("│")[4].strip() for line in said.splitlines() if " store " in line] == [
        f"{service}/{partition}" for service in SERVICES for partition in (0, 1)
    ]


def test_a_database_that_is_not_there_is_named_with_what_makes_it(nyfiken, postgres, prefix, tmp_path):
    load_keys(tmp_path / "data")
    parts = urlsplit(postgres)
    code, said = nyfiken("status", postgres=postgres)
    assert code == 1
    assert said.startswith(
        f'Error: database {prefix}_ideas on {parts.hostname}:{parts.port}: database "{prefix}_ideas" does not'
    )
    assert "a new one needs: nyfiken migrate" in said


@pytest.mark.parametrize("command", [("status",), ("compact",), ("parked", "list"), ("prune",), ("topics",)])
def test_without_the_keys_nothing_is_opened_and_none_are_made(nyfiken, postgres, tmp_path, command):
    code, said = nyfiken(*command, postgres=postgres, kafka="127.0.0.1:1")
    assert code == 1
    assert f"there are no keys in {tmp_path}/data/keys; name the folder of those" in said
    assert not (tmp_path / "data").exists()


def test_a_server_that_does_not_answer_is_named(nyfiken, tmp_path):
    load_keys(tmp_path / "data")
    port = free_port()
    code, said = nyfiken("status", postgres=f"postgresql://nyfiken:secret-word@127.0.0.1:{port}/postgres")
    assert code == 1
    assert f"on 127.0.0.1:{port}: " in said
    assert said.count("\n") == 1
    assert "secret-word" not in said
