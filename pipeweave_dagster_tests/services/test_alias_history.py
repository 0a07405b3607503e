"""Moves of aliases are kept for good, in order, and answer who was champion when."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.services.alias_history import (
    AliasMove,
    Cause,
    append_move,
    champion_at,
    moves_of,
    rollback_target,
    rollback_targets,
)
from pipeweave_dagster.settings import Settings


@pytest.fixture
def store(home: Any) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def moved(store: DocumentStore, before: str | None, after: str | None) -> AliasMove:
    cause = Cause(how="promote", by="ada", reason="because")
    return append_move(store, "demo", "champion", before=before, after=after, cause=cause)


def test_a_move_is_written_once_under_the_next_number(store: DocumentStore) -> None:
    moves = [moved(store, None, "1"), moved(store, "1", "2")]
    assert [m.number for m in moves] == [1, 2]
    assert moves_of(store, "demo") == moves
    keys = [s.key for s in store.storage.list("datasets/demo/alias_moves/")]
    assert not store.storage.put_if_absent(keys[0], b"{}")


def test_who_writes_at_the_same_time_takes_the_next_number(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = moved(store, None, "1")
    monkeypatch.setattr("pipeweave_dagster.services.alias_history._keys", lambda *_: [])
    assert moved(store, "1", "2").number == 2
    monkeypatch.undo()
    assert moves_of(store, "demo")[0] == first


def test_a_damaged_move_hides_no_other(store: DocumentStore) -> None:
    moved(store, None, "1")
    store.storage.put("datasets/demo/alias_moves/000001.json", b"")
    assert moved(store, "1", "2").number == 2
    assert [m.after for m in moves_of(store, "demo")] == ["2"]


def timeline(*moves: tuple[str | None, str | None, str]) -> list[AliasMove]:
    return [
        AliasMove(number=i, at=10.0 * i, alias="champion", before=before, after=after,
                  cause=Cause(how=how))
        for i, (before, after, how) in enumerate(moves, start=1)
    ]  # fmt: skip


def test_the_champion_at_a_time_is_the_last_that_was_made_so() -> None:
    moves = timeline(("1", "2", "run"), ("2", None, "outside"), (None, "1", "promote"))
    assert [champion_at(moves, t)[0] for t in (5, 10, 15, 25, 30, 99)] == [
        "1", "2", "2", None, "1", "1",
    ]  # fmt: skip
    assert champion_at(moves, 5)[1] is None
    assert champion_at(moves, 12)[1] == moves[0]
    assert champion_at([], 5) == (None, None)


def test_a_second_rollback_does_not_return_to_the_version_that_was_left() -> None:
    steps = [(None, "1", "run"), ("1", "2", "run"), ("2", "3", "run")]
    assert rollback_target(timeline(*steps)) == "2"
    steps.append(("3", "2", "rollback"))
    assert rollback_target(timeline(*steps)) == "1"
    steps.append(("2", "1", "rollback"))
    assert rollback_target(timeline(*steps)) is None
    steps.append(("1", "4", "run"))
    assert rollback_target(timeline(*steps)) == "1"


def test_a_rollback_that_passes_over_a_version_leads_further_back() -> None:
    steps = [(None, "1", "run"), ("1", "2", "run"), ("2", "1", "run"), ("1", "3", "run")]
    assert rollback_targets(timeline(*steps)) == ["1", "2"]
    assert rollback_targets(timeline(*steps[:3])) == ["2"], "not the champion itself"
    assert rollback_targets([]) == []


@given(st.lists(st.sampled_from(["run", "rollback"]), max_size=12))
def test_rollbacks_walk_back_along_the_promotions(steps: list[str]) -> None:
    """A model of it: promotions push a new version, rollbacks pop."""
    stack: list[str] = []
    moves: list[tuple[str | None, str | None, str]] = []
    for number, how in enumerate(steps):
        before = stack[-1] if stack else None
        if how == "run":
            stack.append(str(number))
        else:
            target = rollback_target(timeline(*moves))
            assert target == (stack[-2] if len(stack) > 1 else None)
            if target is None:
                continue
            stack.pop()
        moves.append((before, stack[-1], how))
    assert rollback_target(timeline(*moves)) == (stack[-2] if len(stack) > 1 else None)
