"""nyfiken token: says who somebody is, signed with the key of the data folder."""

import jwt
import pytest
from click.testing import CliRunner

from chassis.keys import load_keys
from chassis.tokens import Tokens
from nyfiken.token import command


@pytest.fixture
def run(tmp_path):
    return lambda *arguments: CliRunner().invoke(command, [*arguments, "--data", str(tmp_path / "data")])


def signed(run, *arguments):
    answer = run(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output.strip()


def test_a_token_says_who_somebody_is_where_they_work_and_what_they_may(run, tmp_path):
    token = signed(run, "--sub", "bengt", "--role", "employee", "--role", "decider@vof", "--unit", "vof")
    keys = load_keys(tmp_path / "data")
    caller = Tokens(keys.signing, keys.secret).caller(token)
    assert (caller.unit, caller.has("employee"), caller.has("decider", "vof")) == ("vof", True, True)
    assert not caller.has("decider", "sof")
    assert "bengt" not in caller.person_id


def test_name_address_and_hours_are_in_the_token(run):
    token = signed(
        run, "--sub", "k", "--role", "employee", "--name", "Karin Ek", "--email", "k@example.org", "--hours", "2"
    )
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["name"], claims["email"], claims["exp"] - claims["iat"]) == ("Karin Ek", "k@example.org", 7200)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sub", "k", "--role", "Employee"),
        ("--sub", "k", "--role", "decider@"),
        ("--sub", "k", "--role", "employee", "--unit", "VOF 1"),
        ("--sub", "K", "--role", "service"),
        ("--sub", "", "--role", "employee"),
        ("--sub", "k", "--role", "employee", "--hours", "-1"),
        ("--sub", "k"),
        ("--role", "employee"),
    ],
)
def test_a_token_that_nobody_would_accept_is_not_given(run, arguments):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert "Error: " in answer.output
    assert "eyJ" not in answer.output


def test_keys_that_others_can_read_sign_nothing(run, tmp_path):
    load_keys(tmp_path / "data")
    (tmp_path / "data" / "keys" / "signing").chmod(0o644)
    answer = run("--sub", "k", "--role", "employee")
    assert answer.exit_code == 1
    assert "is open to others" in answer.output


def test_it_is_signed_with_the_keys_that_are_mounted(run, tmp_path, monkeypatch):
    keys = load_keys(tmp_path / "elsewhere")
    monkeypatch.setenv("NYFIKEN_KEYS", str(tmp_path / "elsewhere" / "keys"))
    token = signed(run, "--sub", "karin", "--role", "employee")
    assert Tokens(keys.signing, keys.secret).caller(token).has("employee")
    assert not (tmp_path / "data").exists()


def test_keys_that_are_not_mounted_sign_nothing_and_none_are_made(run, tmp_path, monkeypatch):
    monkeypatch.setenv("NYFIKEN_KEYS", str(tmp_path / "vault"))
    answer = run("--sub", "karin", "--role", "employee")
    assert answer.exit_code == 1
    assert f"{tmp_path}/vault/master cannot be read" in answer.output
    assert not (tmp_path / "data").exists()
