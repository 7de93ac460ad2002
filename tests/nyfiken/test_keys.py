"""nyfiken keys make: once, whole, and never over what is there."""

import pytest
from click.testing import CliRunner

from chassis.keys import load_keys
from nyfiken.cli import cli


def make(folder):
    answer = CliRunner().invoke(cli, ["keys", "make", str(folder)])
    return answer.exit_code, answer.output


def test_they_are_made_as_a_process_takes_them_and_the_second_time_found(tmp_path):
    folder = tmp_path / "secrets"
    assert make(folder) == (0, f"keys in {folder}: made; without them personal values are lost for ever\n")
    made = load_keys(tmp_path / "data", folder)
    assert len({made.master, made.signing, made.secret}) == 3
    assert make(folder) == (0, f"keys in {folder}: there\n")
    assert load_keys(tmp_path / "data", folder) == made


@pytest.mark.parametrize("lost", ["master", "signing", "secret"])
def test_where_some_are_missing_none_are_made(tmp_path, lost):
    make(tmp_path / "secrets")
    (tmp_path / "secrets" / lost).unlink()
    code, said = make(tmp_path / "secrets")
    assert code == 1
    assert f"secrets lacks {lost}; put back what was there, or name an empty folder for new keys" in said
    assert not (tmp_path / "secrets" / lost).exists()


def test_a_damaged_one_is_told(tmp_path):
    make(tmp_path)
    (tmp_path / "signing").write_bytes(b"short")
    code, said = make(tmp_path)
    assert (code, "signing holds 5 bytes, not 32" in said) == (1, True)


def test_where_nothing_can_be_made_it_says_so(tmp_path):
    (tmp_path / "file").touch()
    code, said = make(tmp_path / "file" / "keys")
    assert (code, said) == (1, f"Error: no keys can be made in {tmp_path}/file/keys: File exists\n")


def rotate(folder, name, *options, answer=None):
    answer = CliRunner().invoke(cli, ["keys", "rotate", str(folder), name, *options], input=answer)
    return answer.exit_code, answer.output


def test_each_step_of_a_rotation_says_what_is_to_be_done_before_the_next(tmp_path):
    make(tmp_path)
    code, said = rotate(tmp_path, "master")
    assert (code, "made: master.next is good beside it. Give it to every process" in said) == (0, True)
    code, said = rotate(tmp_path, "master")
    assert (code, said.startswith("swapped: "), "nyfiken keys rewrap" in said) == (0, True, True)
    code, said = rotate(tmp_path, "master", answer="n\n")
    assert (code, "What only master.previous is good for is lost then." in said) == (1, True)
    assert (tmp_path / "master.previous").exists()
    code, said = rotate(tmp_path, "master", "--yes")
    assert (code, said) == (0, "ended: master.previous is gone. Give that to every process\n")


def test_what_cannot_be_rotated_is_told(tmp_path):
    code, said = rotate(tmp_path, "signing")
    assert (code, "signing cannot be read" in said) == (1, True)
    assert rotate(tmp_path, "secret")[0] == 2
