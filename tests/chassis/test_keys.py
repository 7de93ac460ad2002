"""Keys are made once, kept from others, and never replaced in silence."""

import stat
import subprocess
import sys

import pytest

from chassis.keys import Keys, WrongKeys, load_keys

MAKER = "import sys, pathlib, chassis.keys as k; print(k.load_keys(pathlib.Path(sys.argv[1])).master.hex())"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_they_are_made_at_the_first_start_and_the_same_ever_after(tmp_path):
    made = load_keys(tmp_path / "new" / "data")
    assert load_keys(tmp_path / "new" / "data") == made
    assert len({made.master, made.signing, made.secret}) == 3
    assert {len(key) for key in (made.master, made.signing, made.secret)} == {32}


def test_who_may_not_make_them_is_told_that_there_are_none(tmp_path):
    with pytest.raises(WrongKeys, match=r"there are no keys in .*/data/keys"):
        load_keys(tmp_path / "data", may_make=False)
    assert not (tmp_path / "data").exists()
    assert load_keys(tmp_path / "data") == load_keys(tmp_path / "data", may_make=False)


def test_nobody_else_can_read_them(tmp_path):
    load_keys(tmp_path / "data")
    folder = tmp_path / "data" / "keys"
    assert (mode(tmp_path / "data"), mode(folder)) == (0o700, 0o700)
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(("master", "signing", "secret"), 0o600)


def test_six_processes_that_start_at_once_get_the_same_keys(tmp_path):
    command = [sys.executable, "-c", MAKER, str(tmp_path / "data")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = [process.communicate()[0] for process in started]
    assert said == [load_keys(tmp_path / "data").master.hex() + "\n"] * 6
    assert {path.name for path in (tmp_path / "data" / "keys").iterdir()} == {"master", "signing", "secret"}


@pytest.mark.parametrize(("what", "wanted"), [("", "700"), ("signing", "600")])
def test_keys_that_others_could_read_are_refused_with_what_to_do(tmp_path, what, wanted):
    load_keys(tmp_path)
    path = tmp_path / "keys" / what
    path.chmod(0o755 if not what else 0o640)
    with pytest.raises(WrongKeys, match=f"is open to others .* chmod {wanted} {path}"):
        load_keys(tmp_path)


def test_a_history_without_its_keys_is_refused_and_no_key_is_made(tmp_path):
    (tmp_path / "ideas.sqlite").touch()
    with pytest.raises(WrongKeys, match="lacks keys of the history"):
        load_keys(tmp_path)
    assert not (tmp_path / "keys").exists()


def test_a_damaged_key_is_refused(tmp_path):
    load_keys(tmp_path)
    (tmp_path / "keys" / "master").write_bytes(b"short")
    with pytest.raises(WrongKeys, match="holds 5 bytes, not 32"):
        load_keys(tmp_path)


def test_keys_never_show_themselves(tmp_path):
    assert load_keys(tmp_path).master.hex() not in repr(load_keys(tmp_path))
    assert "32" not in repr(Keys(master=b"m" * 32, signing=b"s", secret=b"x"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WrongKeys, match=f"no keys can be made in {tmp_path}/file/data/keys: Not a directory"):
        load_keys(tmp_path / "file" / "data")
