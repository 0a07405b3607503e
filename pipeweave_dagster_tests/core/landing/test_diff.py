"""Every version once, none missed; pure, so the hard cases are cheap to try."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.adapters.storage import StoredObject
from pipeweave_dagster.core.landing import Seen, Upload, arrivals, newest, uploads_in

NOW = 1_000_000.0


def upload(key: str, version: str = "1", modified: float = NOW - 100) -> Upload:
    return Upload(dataset="d", key=key, version=version, size=1, modified=modified)


def test_a_version_is_started_once() -> None:
    first = arrivals([upload("a")], Seen(), now=NOW, whole=True, limit=20)
    assert [u.key for u in first.ready] == ["a"]
    again = arrivals([upload("a")], first.seen, now=NOW, whole=True, limit=20)
    assert again.ready == []
    changed = arrivals([upload("a", "2")], again.seen, now=NOW, whole=True, limit=20)
    assert [u.version for u in changed.ready] == ["2"]


def test_contents_a_b_a_are_three_versions() -> None:
    versions = [StoredObject("uploads/d/x.csv", 3, tag, t).version for tag, t in
                [("aaa", 1.0), ("bbb", 2.0), ("aaa", 3.0)]]  # fmt: skip
    assert len(set(versions)) == 3


def test_a_slow_upload_whose_time_stamp_lies_in_the_past_is_found() -> None:
    first = arrivals([upload("b", modified=NOW)], Seen(), now=NOW, whole=True, limit=20)
    late = [upload("a", modified=NOW - 9_999), upload("b", modified=NOW)]
    assert [u.key for u in arrivals(late, first.seen, now=NOW, whole=True, limit=20).ready] == ["a"]


def test_keys_beyond_the_limit_are_carried_to_the_next_look() -> None:
    uploads = [upload(f"k{i:02d}") for i in range(50)]
    seen, started = Seen(), []
    for _ in range(3):
        found = arrivals(uploads, seen, now=NOW, whole=True, limit=20)
        started += [u.key for u in found.ready]
        seen = found.seen
    assert sorted(started) == [u.key for u in uploads]


def test_a_growing_file_waits_until_it_stands_still() -> None:
    growing = upload("a", "1", modified=NOW)
    first = arrivals([growing], Seen(), now=NOW, whole=False, limit=20)
    assert (first.ready, first.waiting) == ([], 1)
    longer = upload("a", "2", modified=NOW + 2)
    second = arrivals([longer], first.seen, now=NOW + 2, whole=False, limit=20)
    assert second.ready == []
    third = arrivals([longer], second.seen, now=NOW + 6, whole=False, limit=20)
    assert [u.version for u in third.ready] == ["2"]


def test_a_file_from_a_clock_ahead_counts_when_it_has_not_changed_between_two_looks() -> None:
    ahead = upload("a", modified=NOW + 9_999)
    first = arrivals([ahead], Seen(), now=NOW, whole=False, limit=20)
    assert first.ready == []
    assert len(arrivals([ahead], first.seen, now=NOW + 5, whole=False, limit=20).ready) == 1


def test_deleted_keys_are_forgotten() -> None:
    first = arrivals([upload("a"), upload("b")], Seen(), now=NOW, whole=True, limit=20)
    second = arrivals([upload("b")], first.seen, now=NOW, whole=True, limit=20)
    assert set(second.seen.started) == {"b"}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=30), st.integers(1, 3))
def test_whatever_is_written_or_deleted_every_state_seen_is_started_once(
    events: list[tuple[str, bool]], limit: int
) -> None:
    world: dict[str, int] = {}
    seen, started = Seen(), []
    for clock, (key, written) in enumerate(events, start=1):
        if written:
            world[key] = clock
        else:
            world.pop(key, None)
        listing = [upload(k, str(v), modified=v) for k, v in world.items()]
        found = arrivals(listing, seen, now=NOW, whole=True, limit=limit)
        started += [(u.key, u.version) for u in found.ready]
        seen = found.seen
    for _ in range(5):
        listing = [upload(k, str(v), modified=v) for k, v in world.items()]
        found = arrivals(listing, seen, now=NOW, whole=True, limit=limit)
        started += [(u.key, u.version) for u in found.ready]
        seen = found.seen
    assert len(started) == len(set(started))
    assert {(k, str(v)) for k, v in world.items()} <= set(started)


def test_the_newest_data_file_is_chosen() -> None:
    listing = [
        StoredObject("uploads/d/old.csv", 1, "x", 1.0),
        StoredObject("uploads/d/new.csv", 1, "x", 2.0),
        StoredObject("uploads/d/pipeweave.yaml", 1, "x", 3.0),
        StoredObject("uploads/e/other.csv", 1, "x", 4.0),
        StoredObject("documents/f.json", 1, "x", 5.0),
    ]
    uploads = uploads_in(listing)
    assert [u.file_name for u in uploads] == ["old.csv", "new.csv", "pipeweave.yaml", "other.csv"]
    chosen = newest(uploads, "d")
    assert chosen is not None
    assert chosen.file_name == "new.csv"
    assert newest(uploads, "nothing") is None
