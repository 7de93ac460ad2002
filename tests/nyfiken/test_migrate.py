"""nyfiken migrate: makes databases and brings them to this release, once, however many do so at once."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest

from chassis.keys import load_keys
from nyfiken.layout import SERVICES
from tests.nyfiken.conftest import as_somebody
from tests.servers.process import free_port

AT_ONCE = 4


@pytest.fixture
def place(postgres, prefix):
    """Where the database of a service is, as it is told."""
    parts = urlsplit(postgres)
    return lambda service: f"{prefix}_{service} on {parts.hostname}:{parts.port}"


def databases(server, prefix):
    with psycopg.connect(server) as db:
        found = db.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        return {name.removeprefix(f"{prefix}_") for (name,) in found}


def change(server, prefix, service, statement):
    with psycopg.connect(urlsplit(server)._replace(path=f"/{prefix}_{service}").geturl()) as db:
        db.execute(statement)


def test_it_makes_what_is_missing_says_so_and_the_second_time_does_nothing(nyfiken, postgres, place, prefix):
    made = "".join(f"database {place(service)}: made, 1 step taken, 8 partitions\n" for service in SERVICES)
    assert nyfiken("migrate", postgres=postgres) == (0, made)
    assert databases(postgres, prefix) == set(SERVICES)
    there = "".join(f"database {place(service)}: nothing to do, 8 partitions\n" for service in SERVICES)
    assert nyfiken("migrate", postgres=postgres) == (0, there)


def test_several_at_once_on_an_empty_server_do_each_thing_once(nyfiken, postgres, prefix):
    running = [nyfiken.started("migrate", postgres=postgres) for _ in range(AT_ONCE)]
    answers = [one.wait_and_hear() for one in running]
    assert [code for code, _ in answers] == [0] * AT_ONCE, answers
    said = "".join(text for _, text in answers)
    assert said.count(": made, ") == said.count("1 step taken") == len(SERVICES)
    assert databases(postgres, prefix) == set(SERVICES)


def test_one_service_with_its_own_number_of_partitions_which_never_changes(nyfiken, postgres, place, prefix):
    code, said = nyfiken("migrate", "ideas", "--partitions", "3", postgres=postgres)
    assert (code, said) == (0, f"database {place('ideas')}: made, 1 step taken, 3 partitions\n")
    assert databases(postgres, prefix) == {"ideas"}
    code, said = nyfiken("migrate", "ideas", "--partitions", "4", postgres=postgres)
    assert code == 1
    assert said == (f"Error: database {place('ideas')}: the database of ideas was created with 3 partitions, not 4\n")


def test_a_database_of_a_newer_release_is_refused_and_left_as_it_is(nyfiken, postgres, place, prefix):
    nyfiken("migrate", "ideas", postgres=postgres)
    change(postgres, prefix, "ideas", "UPDATE meta SET value = '99' WHERE name IN ('schema', 'oldest')")
    code, said = nyfiken("migrate", postgres=postgres)
    assert code == 1
    assert said == (
        f"Error: database {place('ideas')}: the database of ideas is at step 99, which releases before step 99 cannot "
        "work on; this one knows 1: run a newer release\n"
    )


def test_what_the_next_release_has_added_is_left_as_it_is_so_that_one_of_this_may_start_again(
    nyfiken, postgres, place, prefix
):
    nyfiken("migrate", "ideas", postgres=postgres)
    change(postgres, prefix, "ideas", "UPDATE meta SET value = '2' WHERE name = 'schema'")
    there = (0, f"database {place('ideas')}: nothing to do, 8 partitions\n")
    assert nyfiken("migrate", "ideas", postgres=postgres) == there


def test_a_database_that_was_made_with_other_keys_is_refused(nyfiken, postgres, place, tmp_path):
    nyfiken("migrate", "ideas", postgres=postgres)
    code, said = nyfiken("migrate", "ideas", data=tmp_path / "another", postgres=postgres)
    assert code == 1
    assert f"{place('ideas')}: the database of ideas was made with another master key" in said


def test_the_own_database_of_one_service_may_have_any_name(nyfiken, postgres, database, place):
    own = urlsplit(database)
    where = f"{own.path.lstrip('/')} on {own.hostname}:{own.port}"
    assert nyfiken("migrate", "ideas", database=database) == (
        0, f"database {where}: 1 step taken, 8 partitions\n"
    )  # fmt: skip
    code, said = nyfiken("migrate", "experiments", database=database)
    assert code == 1
    assert f"{where}: the database is that of ideas, not of experiments" in said
    code, said = nyfiken("migrate", database=database)
    assert code == 2
    assert "--database, or NYFIKEN_DATABASE, is that of one service: say which" in said


def test_who_may_not_make_databases_is_told_how_to_get_them(nyfiken, stranger, postgres, prefix):
    code, said = nyfiken("migrate", postgres=stranger)
    parts = urlsplit(postgres)
    assert code == 1
    assert said == (
        f"Error: PostgreSQL at {parts.hostname}:{parts.port}: {prefix} may not make the database {prefix}_ideas; "
        f"let it (ALTER ROLE {prefix} CREATEDB), or make it (CREATE DATABASE {prefix}_ideas OWNER {prefix})\n"
    )
    assert databases(postgres, prefix) == set()


def test_who_may_make_no_tables_in_a_database_is_told_so(nyfiken, stranger, postgres, place, prefix):
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {prefix}_ideas")
    code, said = nyfiken("migrate", "ideas", postgres=stranger)
    assert code == 1
    assert said == (
        f"Error: database {place('ideas')}: permission denied for schema public; make the role that enters it its "
        "owner\n"
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nonsense", "NYFIKEN_DATABASE is a text of 8 characters; expected: postgresql://USER:PASSWORD@HOST:PORT/DATA"),
        ("postgresql://nyfiken:secret-word@127.0.0.1", "NYFIKEN_DATABASE is a text of 42 characters; expected: "),
        ("postgresql://nyfiken:secret%zzword@127.0.0.1:5432/x", "with %XX for what is special in these"),
        ("postgresql://nyfiken:secret-word@nobody.invalid/x", "x on nobody.invalid:5432: failed to resolve host"),
    ],
)
def test_what_is_no_address_is_said_to_be_none_without_repeating_it(nyfiken, address, told):
    code, said = nyfiken("migrate", postgres=address)
    assert code == 1
    assert told in said
    assert "secret" not in said
    assert said.count("\n") == 1


def test_a_server_that_does_not_answer_and_one_that_lets_nobody_in_are_told_apart(nyfiken, postgres):
    port, parts = free_port(), urlsplit(postgres)
    code, said = nyfiken("migrate", postgres=f"postgresql://nyfiken:secret-word@127.0.0.1:{port}/postgres")
    assert (code, said) == (
        1,
        f"Error: database postgres on 127.0.0.1:{port}: Connection refused; see that it runs and that the address is "
        "right; a new one needs: nyfiken migrate\n",
    )
    code, said = nyfiken("migrate", postgres=as_somebody(postgres, "nobody", "secret-word"))
    assert code == 1
    assert f"{parts.hostname}:{parts.port}: password authentication failed for user" in said
    assert "secret-word" not in said


def test_without_a_server_it_says_how_to_name_one(nyfiken):
    code, said = nyfiken("migrate")
    assert code == 2
    assert "say which PostgreSQL: --postgres or NYFIKEN_POSTGRES; SQLite files need no migration" in said


def test_keys_that_are_open_to_others_make_nothing(nyfiken, postgres, tmp_path, prefix):
    load_keys(tmp_path / "data")
    (tmp_path / "data" / "keys" / "master").chmod(0o644)
    code, said = nyfiken("migrate", postgres=postgres)
    assert code == 1
    assert "is open to others" in said
    assert databases(postgres, prefix) == set()
