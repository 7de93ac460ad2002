"""No read model changes without a new version."""

import pytest

from tests.services.fingerprints import current, read_models, without_a_new_version, written


@pytest.mark.parametrize("name", sorted({model.name for model in read_models()} | set(written())))
def test_a_read_model_that_changes_gets_a_new_version(name):
    before, now = written(), current(read_models())
    assert without_a_new_version(before, now).count(name) == 0, (
        f"{name} is not what its version {now[name]['version']} was: raise the version, then run `make fingerprints` "
        "(or, if no row is another than before: `make fingerprints SAME_ROWS=1`)"
    )
    assert before.get(name) == now.get(name), "run `make fingerprints` and commit what it writes"


def test_no_two_read_models_have_the_same_name():
    names = [model.name for model in read_models()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ((1, "a"), (1, "a"), []),
        ((1, "a"), (1, "b"), ["board"]),
        ((1, "a"), (2, "b"), []),
        ((1, "a"), (2, "a"), []),
    ],
)
def test_a_change_without_a_new_version_is_found(before, now, found):
    as_written = [{"board": {"version": version, "fingerprint": of}} for version, of in (before, now)]
    assert without_a_new_version(*as_written) == found
