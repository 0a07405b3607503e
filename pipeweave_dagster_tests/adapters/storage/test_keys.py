"""Keys of any characters map to a place inside the root, or are refused with a coded error."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.adapters.storage.keys import check_key, key_problem, printable
from pipeweave_dagster.core.errors import PipeWeaveError

ODD = st.text(st.sampled_from("a.é/\\:*?[]{}~%=&+ \0\n\x7f\udce9\ud800\U0001f600"), max_size=12)
PARTS = st.lists(
    st.one_of(ODD, st.sampled_from(["..", ".", "", "uploads", "a=b", "x" * 300])), max_size=5
)
KEYS = st.one_of(ODD, PARTS.map("/".join), PARTS.map(lambda parts: "/" + "/".join(parts)))
USES: list[Callable[[Storage, str, Path], object]] = [
    lambda s, key, _: s.stat(key),
    lambda s, key, _: s.get(key),
    lambda s, key, _: s.get_tagged(key),
    lambda s, key, _: s.local_path(key),
    lambda s, key, _: s.delete(key),
    lambda s, key, _: s.children(key),
    lambda s, key, _: list(s.list(key)),
    lambda s, key, path: s.fetch(key, path / "copy"),
    lambda s, key, _: s.put_if_absent(key, b"x"),
    lambda s, key, _: s.put_if_match(key, b"x", "tag"),
    lambda s, key, path: s.put_file(key, path / "beside"),
]


@given(key=st.one_of(KEYS, KEYS.map(lambda key: f"uploads/{key}/a.csv"), st.just("é" * 513)))
def test_listed_key_has_a_problem_where_it_is_refused(key: str) -> None:
    if key_problem(key) is None:
        assert check_key(key) == key
    else:
        with pytest.raises(PipeWeaveError):
            check_key(key)


def around(folder: Path) -> set[str]:
    """Return what lies beside the root."""
    return {path.name for path in folder.iterdir()} - {"storage", "copy"}


@example(key="{")
@example(key="{")
@given(key=KEYS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_call_leaves_the_root(any_storage: Storage, key: str, tmp_path: Path) -> None:
    (tmp_path / "beside").write_bytes(b"of somebody else")
    before = around(tmp_path)
    with contextlib.suppress(PipeWeaveError):  # the file that another example put there
        any_storage.delete(key)
    for use in USES:
        with contextlib.suppress(PipeWeaveError):
            assert use(any_storage, key, tmp_path) != b"of somebody else"
        assert around(tmp_path) == before
        assert (tmp_path / "beside").read_bytes() == b"of somebody else"


@given(key=KEYS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_is_read_listed_and_deleted(any_storage: Storage, key: str) -> None:
    try:
        any_storage.put(key, b"content")
    except PipeWeaveError as error:
        assert error.code in {"VALIDATION_ERROR", "SERVICE_UNAVAILABLE"}  # noqa: PT017
        return
    assert any_storage.get(key) == b"content"
    assert [o.key for o in any_storage.list(key) if o.key == key] == [key]
    any_storage.delete(key)
    assert any_storage.stat(key) is None


@pytest.mark.parametrize(
    "key",
    ["../../../../etc/hostname", "/etc/hostname", "a/../../b", "caf\udce9.csv", ".scratch/lock"],
)
def test_reads_are_refused_like_writes(any_storage: Storage, key: str, tmp_path: Path) -> None:
    for use in USES:
        with pytest.raises(PipeWeaveError) as caught:
            use(any_storage, key, tmp_path)
        assert caught.value.code == "VALIDATION_ERROR"
        caught.value.text.encode()  # can be stored and shown


@given(name=st.text(st.characters(), max_size=20))
def test_any_name_can_be_shown(name: str) -> None:
    assert all(c.isprintable() for c in printable(name))
    with contextlib.suppress(PipeWeaveError):
        assert check_key(name) == name
