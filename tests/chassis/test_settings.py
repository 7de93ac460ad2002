"""A setting that will not do names itself, what it is and what is expected, and never says its value."""

import re
from pathlib import Path

import pytest
from psycopg import conninfo

from chassis import settings
from chassis.misspelt import KNOWN, OF_COMMANDS
from chassis.settings import WrongSetting, load_database, load_feeds, load_health, load_listening, load_settings
from nyfiken import servers


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("NYFIKEN_")]:
        monkeypatch.delenv(name)


def test_most_settings_need_not_be_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert (settings.data, settings.log_level) == (tmp_path / "data", "info")
    assert settings.jwks_url is settings.issuer is settings.audience is load_health() is None


@pytest.mark.parametrize(
    ("machine", "worker"), [("9c1f22ab", "9c1f22ab"), ("Web-1", "web-1"), ("åsas dator", "worker-1")]
)
def test_a_worker_is_called_what_its_machine_is_called_if_that_is_a_name(monkeypatch, machine, worker):
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    assert load_settings().worker == worker


def test_a_worker_shows_its_health_where_it_is_told_to(monkeypatch):
    monkeypatch.setenv("NYFIKEN_HOST", "0.0.0.0")
    monkeypatch.setenv("NYFIKEN_HEALTH_PORT", "9090")
    assert load_health() == ("0.0.0.0", 9090)


def test_a_quarter_of_the_threads_may_wait(monkeypatch):
    monkeypatch.setenv("NYFIKEN_PORT", "8081")
    monkeypatch.setenv("NYFIKEN_THREADS", "12")
    assert (load_listening().threads, load_listening().waiting) == (12, 3)


@pytest.mark.parametrize(
    ("load", "name", "value", "message"),
    [
        (load_listening, "PORT", None, "NYFIKEN_PORT is not set; expected: a port, 1 to 65535"),
        (load_listening, "PORT", "", "NYFIKEN_PORT is empty; expected: a port, 1 to 65535"),
        (load_listening, "PORT", "eighty", "NYFIKEN_PORT is a text of 6 characters; expected: a port, 1 to 65535"),
        (load_listening, "PORT", "70000", "NYFIKEN_PORT is another number; expected: a port, 1 to 65535"),
        (load_health, "HEALTH_PORT", "0", "NYFIKEN_HEALTH_PORT is another number; expected: a port, 1 to 65535"),
        (load_settings, "LOG_LEVEL", "loud", "expected: debug or info or warning or error"),
        (load_settings, "WORKER", "Åsa's", "NYFIKEN_WORKER is a text of 5 characters; expected: a short name"),
        (load_settings, "WORKER", "a b", "NYFIKEN_WORKER is a text of 3 characters; expected: a short name"),
        (load_settings, "DATA", "", "NYFIKEN_DATA is empty; expected: a folder"),
        (load_settings, "KEYS", "", "NYFIKEN_KEYS is empty; expected: a folder"),
        (load_settings, "JWKS_URL", "ftp://x", "NYFIKEN_JWKS_URL is a text of 7 characters; expected: an http"),
        (load_settings, "JWKS_URL", "https://idp.example/keys", "NYFIKEN_ISSUER is not set; expected: the issuer"),
        (load_settings, "KAFKA", "kafka:99999", "NYFIKEN_KAFKA is a text of 11 characters; expected: HOST:PORT"),
        (load_settings, "DATABASE", "postgresql://ideas:secret%zz@db/ideas", "37 characters; expected: postgresql://"),
        (load_settings, "DATABASE", "postgresql://ideas:secret@db:port/ideas", "39 characters; expected: postgresql:"),
        (load_settings, "DATABASE", "postgresql://ideas:my secret@db/ideas", "37 characters; expected: postgresql://"),
        (load_settings, "DATABASE", "postgresql://ideas:my@secret@db/ideas", "37 characters; expected: postgresql://"),
        (load_settings, "DATABASE_URL", "postgresql://db/ideas", "DATABASE_URL is no setting; is NYFIKEN_DATABASE m"),
        (load_settings, "LOGLEVEL", "debug", "NYFIKEN_LOGLEVEL is no setting; is NYFIKEN_LOG_LEVEL meant?"),
        (lambda: load_feeds(["ideas"]), "FEED_IDEAS", None, "NYFIKEN_FEED_IDEAS is not set; expected: an http"),
    ],
)
def test_a_wrong_setting_says_which_what_it_is_and_what_is_expected(monkeypatch, load, name, value, message):
    if value is not None:
        monkeypatch.setenv(f"NYFIKEN_{name}", value)
    with pytest.raises(WrongSetting) as raised:
        load()
    assert message in str(raised.value)
    if value and len(value) > 2 and not value.startswith("https"):
        assert value not in str(raised.value)


def test_a_process_that_is_told_a_server_but_not_its_own_database_does_not_take_a_file_instead(monkeypatch):
    monkeypatch.setenv("NYFIKEN_POSTGRES", "postgresql://nyfiken:secret-word@db/postgres")
    with pytest.raises(WrongSetting, match="NYFIKEN_DATABASE is not set; expected: postgresql://") as refused:
        load_database()
    assert "secret-word" not in str(refused.value)
    monkeypatch.setenv("NYFIKEN_DATABASE", "postgresql://ideas:secret-word@db/ideas")
    assert load_database().address.endswith("@db/ideas")


def test_feeds_have_one_address_each(monkeypatch):
    monkeypatch.setenv("NYFIKEN_FEED_IDEAS", "http://localhost:8081")
    assert load_feeds(["ideas"]) == {"ideas": "http://localhost:8081"}


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ideas:secret@db.example.org:5432/ideas",
        "postgresql://ideas:se%40cret@[::1]:5432/ideas?sslmode=verify-full",
        "postgres://ideas:a?b#c@one:5432,two:5433/ideas?target_session_attrs=read-write",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/ideas",
    ],
)
def test_an_address_that_postgresql_can_read_is_one(monkeypatch, address):
    monkeypatch.setenv("NYFIKEN_DATABASE", address)
    assert load_database().address == address
    assert conninfo.conninfo_to_dict(address)["dbname"] == "ideas"


def test_what_is_somebody_elses_is_no_setting_written_wrongly(monkeypatch):
    for name in ("SERVICE_HOST", "SERVICE_PORT", "PORT_80_TCP_ADDR", "FEED_BILLING", "TEST_SERVERS", "IMAGE"):
        monkeypatch.setenv(f"NYFIKEN_{name}", "x")
    load_settings()


def test_every_setting_that_is_read_is_known_and_told_and_no_other(monkeypatch, tmp_path):
    read, asked = settings._read, set()
    monkeypatch.setattr(
        settings, "_read", lambda parse, name, *told, **how: asked.add(name) or read(parse, name, *told, **how)
    )
    said = {
        "KAFKA": "kafka:9092",
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "PORT": "8081",
    }
    for name, value in {**said, "KAFKA_SASL_USERNAME": "ideas", "KAFKA_SASL_PASSWORD": "x"}.items():
        monkeypatch.setenv(f"NYFIKEN_{name}", value)
    for load in (load_settings, load_listening, load_health):
        load()
    assert asked == KNOWN
    assert [name for name in KNOWN if not re.search(rf"\b{name}\b", settings.__doc__)] == []
    commands = set(re.findall(r'envvar="NYFIKEN_(\w+)"', Path(servers.__file__).read_text()))
    assert commands - KNOWN == OF_COMMANDS
