"""Keys are made once, kept from others, and never replaced in silence."""

import stat
import subprocess
import sys

import pytest

from chassis.keys import Keys, WrongKeys, load_keys, rotate

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


def mounted_as_kubernetes_does(folder, mode=0o440):
    """A Secret: links to links, in folders that everybody may enter, files of root that our group may read."""
    made = load_keys(folder / "elsewhere")
    real = folder / "mounted" / "..2026_11_28"
    real.mkdir(parents=True)
    for name in ("master", "signing", "secret"):
        (real / name).write_bytes(getattr(made, name))
        (real / name).chmod(mode)
        (folder / "mounted" / name).symlink_to(f"..data/{name}")
    (folder / "mounted" / "..data").symlink_to(real.name)
    (folder / "mounted").chmod(0o1777)
    return made, folder / "mounted"


def test_keys_may_be_mounted_where_our_group_may_read_them(tmp_path):
    made, mounted = mounted_as_kubernetes_does(tmp_path)
    assert load_keys(tmp_path / "data", mounted) == made
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("mode", [0o444, 0o460, 0o450])
def test_mounted_keys_that_others_could_read_or_we_could_change_are_refused(tmp_path, mode):
    _, mounted = mounted_as_kubernetes_does(tmp_path, mode)
    with pytest.raises(WrongKeys, match=f"mounted/master is open to others .mode {mode:o}.; run: chmod 440"):
        load_keys(tmp_path / "data", mounted)


def test_mounted_keys_are_never_made(tmp_path):
    _, mounted = mounted_as_kubernetes_does(tmp_path)
    (mounted / "secret").unlink()
    with pytest.raises(WrongKeys, match="mounted/secret cannot be read: No such file or directory; NYFIKEN_KEYS"):
        load_keys(tmp_path / "data", mounted)
    assert not (mounted / "secret").exists()


def test_a_damaged_mounted_key_is_refused(tmp_path):
    _, mounted = mounted_as_kubernetes_does(tmp_path, 0o600)
    (mounted / "master").write_bytes(b"a line\n")
    with pytest.raises(WrongKeys, match="holds 7 bytes, not 32"):
        load_keys(tmp_path / "data", mounted)


@pytest.mark.parametrize("name", ["master", "signing"])
def test_another_key_takes_the_place_of_one_in_three_steps_and_in_each_what_was_made_is_good(tmp_path, name):
    folder = tmp_path / "keys"
    before = load_keys(tmp_path)

    def ring():
        return getattr(load_keys(tmp_path), name)

    assert rotate(folder, name) == "made"
    (coming,) = ring().others
    assert (ring(), coming != ring()) == (getattr(before, name), True)
    assert rotate(folder, name) == "swapped"
    assert ring().every == (coming, bytes(getattr(before, name)))
    assert rotate(folder, name) == "ended"
    assert ring().every == (coming,)
    assert load_keys(tmp_path).secret == before.secret
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 3


def test_a_swap_that_was_ended_in_between_is_ended_the_next_time(tmp_path):
    folder = tmp_path / "keys"
    before = load_keys(tmp_path).master
    rotate(folder, "master")
    (coming,) = load_keys(tmp_path).master.others
    (folder / "master.previous").hardlink_to(folder / "master")
    assert set(load_keys(tmp_path).master.every) == {bytes(before), coming}
    assert rotate(folder, "master") == "swapped"
    assert load_keys(tmp_path).master.every == (coming, bytes(before))


def test_where_there_is_no_such_key_nothing_is_rotated(tmp_path):
    with pytest.raises(WrongKeys, match="cannot be read"):
        rotate(tmp_path, "master")
    assert list(tmp_path.iterdir()) == []
