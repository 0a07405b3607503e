"""Which rows are test rows: stable, balanced, and never with a copy on the other side."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import SplitSpec
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.training.data.row_identity import were_tested
from pipeweave_dagster.core.training.data.split import split_rows, strata_of


@pytest.fixture
def rows():
    rng = np.random.default_rng(1)
    return pd.DataFrame({"x": rng.normal(size=1000), "k": rng.choice(["a", "b"], 1000)})


def test_a_row_keeps_its_side_when_the_table_grows(rows):
    strata = np.zeros(len(rows), dtype=np.intp)
    few = split_rows(SplitSpec(), rows.iloc[:600], None, strata[:600])
    many = split_rows(SplitSpec(), rows, None, strata)
    assert set(few.test) == {r for r in many.test if r < 600}
    assert 0.15 < len(many.test) / 1000 < 0.25


def test_the_order_of_rows_and_columns_does_not_matter(rows):
    strata = np.zeros(len(rows), dtype=np.intp)
    mixed = rows[["k", "x"]].iloc[::-1].reset_index(drop=True)
    there = split_rows(SplitSpec(), mixed, None, strata).test
    assert set(999 - there) == set(split_rows(SplitSpec(), rows, None, strata).test)


def test_copies_of_a_row_stay_together(rows):
    twice = pd.concat([rows, rows], ignore_index=True)
    split = split_rows(SplitSpec(), twice, None, np.zeros(2000, dtype=np.intp))
    test = set(split.test)
    assert all((r in test) == (r + 1000 in test) for r in range(1000))
    assert (split.fold[:1000] == split.fold[1000:]).all()


def test_tables_of_few_combinations_are_still_divided():
    rows = pd.DataFrame({"k": ["a", "b"] * 200})
    split = split_rows(SplitSpec(), rows, None, np.tile([0, 1], 200).astype(np.intp))
    assert 40 < len(split.test) < 120
    assert "copies" in split.note


def test_folds_are_balanced_and_rare_classes_always_learned(rows):
    strata = np.zeros(1000, dtype=np.intp)
    strata[:30] = 1
    strata[30] = 2
    split = split_rows(SplitSpec(), rows, None, strata)
    assert 30 in split.train
    assert split.fold[30] == -1
    counts = np.bincount(split.fold[split.train][split.fold[split.train] >= 0])
    assert counts.max() - counts.min() <= 3
    assert all((strata[split.fold == k] == 1).any() for k in range(5))


@pytest.mark.parametrize("classes", [1, 3])
def test_groups_are_never_divided(rows, classes):
    groups = pd.Series(np.repeat(np.arange(100), 10))
    strata = np.random.default_rng(0).integers(0, classes, 1000)
    split = split_rows(SplitSpec(kind="group", column="g"), rows, groups, strata)
    side = np.isin(np.arange(1000), split.test)
    assert all(side[g * 10 : g * 10 + 10].all() or not side[g * 10 : g * 10 + 10].any()
               for g in range(100))  # fmt: skip
    assert len(set(groups[split.test])) > 5
    assert (np.ptp(split.fold.reshape(100, 10), axis=1) == 0).all()
    assert set(split.fold) == {-1, 0, 1, 2, 3, 4}


def test_time_split_tests_on_the_last_rows_and_folds_look_back_only(rows):
    when = pd.Series(pd.date_range("2020-01-01", periods=1000)).sample(frac=1, random_state=0)
    when = when.reset_index(drop=True)
    split = split_rows(
        SplitSpec(kind="time", column="t"), rows, when, np.zeros(1000, dtype=np.intp)
    )
    assert when[split.test].min() > when[split.train].max()
    assert split.ordered
    for k in range(4):
        assert when[split.fold == k].max() < when[split.fold == k + 1].min()


def test_user_defined_folds_are_kept(rows):
    fold = pd.Series(np.arange(1000) % 4 + 1)
    split = split_rows(
        SplitSpec(kind="fold", column="f"), rows, fold, np.zeros(1000, dtype=np.intp)
    )
    assert set(fold[split.test]) == {4}
    assert len(set(split.fold[split.train])) == 3


def test_a_split_that_leaves_one_side_empty_is_refused(rows):
    same = pd.Series(["only"] * 1000)
    with pytest.raises(PipeWeaveError, match="all rows on one side"):
        split_rows(SplitSpec(kind="fold", column="f"), rows, same, np.zeros(1000, dtype=np.intp))


def test_strata_of_a_skewed_value_do_not_fail():
    y = np.r_[np.zeros(95), np.arange(5)].astype(float)
    assert strata_of(y, 0).max() <= 10


def _torn(split, keys):
    """How many keys are on two sides, or in two folds."""
    side = np.where(np.isin(np.arange(len(keys)), split.test), -2, split.fold)
    return int((pd.Series(side).groupby(np.asarray(keys)).nunique() > 1).sum())


@pytest.mark.parametrize("seed", range(20))
def test_rare_classes_divide_no_group(seed):
    rng = np.random.default_rng(seed)
    groups = pd.Series(rng.integers(0, rng.integers(8, 60), 300)).astype(str)
    strata = (rng.random(300) < 0.03).astype(np.intp) + (rng.random(300) < 0.02)
    split = split_rows(
        SplitSpec(kind="group", column="g"), pd.DataFrame({"x": rng.normal(size=300)}),
        groups, strata,
    )  # fmt: skip
    assert _torn(split, groups) == 0
    assert 0 < len(split.test) < 200


def test_equal_rows_stay_together_whatever_their_targets_are():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 300, 400) / 7
    rows = pd.DataFrame({"x": x, "z": 2 * x})
    for strata in (rng.integers(0, 3, 400), strata_of(rng.normal(size=400), 0)):
        assert _torn(split_rows(SplitSpec(), rows, None, strata), x) == 0


def test_a_group_of_most_rows_is_never_tested_and_folds_have_similar_sizes(rows):
    groups = pd.Series(np.r_[np.zeros(600), np.repeat(np.arange(1, 41), 10)])
    split = split_rows(
        SplitSpec(kind="group", column="g"), rows, groups, np.zeros(1000, dtype=np.intp)
    )
    assert 0 in set(groups[split.train])
    assert 20 <= len(split.test) <= 200
    sizes = np.sort(np.bincount(split.fold[split.train]))
    assert sizes[-1] - sizes[0] > 500 > 20 >= sizes[-2] - sizes[0]


def test_rows_without_a_group_are_groups_of_their_own(rows):
    groups = pd.Series(np.repeat(np.arange(100), 10)).where(np.arange(1000) >= 500)
    spec = SplitSpec(kind="group", column="g")
    split = split_rows(spec, rows, groups, np.zeros(1000, dtype=np.intp))
    assert 60 < (split.test < 500).sum() < 140
    assert "500 of them single rows without a value" in split.note


def test_two_groups_are_too_few(rows):
    with pytest.raises(PipeWeaveError, match="only 2 groups"):
        split_rows(
            SplitSpec(kind="group", column="g"), rows, pd.Series(["a", "b"] * 500),
            np.zeros(1000, dtype=np.intp),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "labels", "test", "folds"),
    [
        ("part", ["train", "valid", "test"], "test", {"valid"}),
        ("is_test", [True, False, False], "True", {"False"}),
        ("is_train", [True, False, False], "False", {"True"}),
        ("part", ["train", "train", "holdout"], "holdout", {"train"}),
        ("fold", ["1", "2", "10"], "10", {"1", "2"}),
    ],
)
def test_parts_are_known_by_their_names(rows, column, labels, test, folds):
    parts = pd.Series(np.resize(np.array(labels), 1000))
    split = split_rows(
        SplitSpec(kind="fold", column=column), rows, parts, np.zeros(1000, dtype=np.intp)
    )
    assert {str(v) for v in parts[split.test]} == {test}
    assert {str(v) for v in parts[split.fold >= 0]} == folds


def test_rows_recorded_several_times_stay_together():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"x": rng.normal(size=200).round(4), "k": rng.choice(["a", "b"], 200)})
    strata = rng.integers(0, 2, 200)
    four = pd.concat([rows] * 4, ignore_index=True)
    split = split_rows(SplitSpec(), four, None, np.tile(strata, 4))
    assert _torn(split, np.tile(np.arange(200), 4)) == 0
    # Equal rows with different targets are equal by nature: ages, not copies.
    ages = pd.DataFrame({"age": rng.integers(0, 80, 800)})
    assert "copies" in split_rows(SplitSpec(), ages, None, rng.integers(0, 2, 800)).note


@pytest.fixture
def people():
    """1,000 rows of which each has an id, and columns that all versions have or one has lost."""
    rng = np.random.default_rng(7)
    columns = {name: rng.normal(size=1000).round(3) for name in "abc"}
    ids = pd.Series([f"P-{i:04}" for i in range(1000)])
    return pd.DataFrame(columns), ids, np.zeros(1000, dtype=np.intp)


def test_a_declared_id_keeps_the_sides_when_columns_change(people):
    rows, ids, strata = people
    first = split_rows(SplitSpec(), rows, None, strata, ids)
    other = rows.assign(a=rows["a"] * 2, d=1.0).drop(columns="b")
    assert (split_rows(SplitSpec(), other, None, strata, ids).test == first.test).all()
    assert set(split_rows(SplitSpec(), other, None, strata).test) != set(first.test)
    assert 150 < len(first.test) < 250


def test_rows_that_an_id_or_their_content_connects_stay_together(people):
    rows, ids, _ = people
    # Row i + 1000 repeats the content of i under a new id, row i + 2000 that id with new content.
    new = pd.Series([f"Q-{i:04}" for i in range(1000)])
    table = pd.concat([rows, rows, rows + 5], ignore_index=True)
    row_id = pd.concat([ids, new, new], ignore_index=True)
    split = split_rows(SplitSpec(), table, None, np.zeros(3000, dtype=np.intp), row_id)
    side = np.isin(np.arange(3000), split.test).reshape(3, 1000)
    assert (side == side[0]).all()
    assert 100 < side[0].sum() < 300


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    kept=st.sets(st.sampled_from("abcd"), min_size=1, max_size=3),
    more=st.integers(0, 300),
)
def test_test_rows_stay_test_rows_when_columns_are_lost(tmp_path_factory, seed, kept, more):
    rng = np.random.default_rng(seed)
    old = pd.DataFrame({name: rng.normal(size=300) for name in "abcd"})
    y = rng.integers(0, 2, 300 + more).astype(np.intp)
    before = split_rows(SplitSpec(), old, None, y[:300]).test
    path = tmp_path_factory.mktemp("tested") / "rows.parquet"
    old.iloc[before].add_prefix("feature:").to_parquet(path, index=False)
    added = pd.DataFrame({name: rng.normal(size=more) for name in "abcd"})
    new = pd.concat([old, added], ignore_index=True)[sorted(kept)]
    mixed = rng.permutation(len(new))
    new, y = new.iloc[mixed].reset_index(drop=True), y[mixed]
    tested = were_tested(new, None, path)
    assert set(mixed[tested]) == set(before)
    after = split_rows(SplitSpec(), new, None, y, None, tested)
    lost = set(before) - set(mixed[after.test])
    assert len(lost) <= 2  # one of each class at most, which is needed to learn the class
    assert len(after.test) <= max(len(before), 0.3 * len(new)) + 2
    again = split_rows(SplitSpec(), new, None, y, None, tested)
    assert (again.test == after.test).all()


def test_common_columns_that_do_not_identify_a_row_match_nothing(tmp_path):
    old = pd.DataFrame({"x": np.arange(50.0), "k": ["a", "b"] * 25})
    old.add_prefix("feature:").to_parquet(tmp_path / "rows.parquet")
    assert not were_tested(old[["k"]], None, tmp_path / "rows.parquet").any()
    as_float = old.assign(x=old["x"].astype("string").str.removesuffix(".0").astype("int64"))
    assert were_tested(as_float, None, tmp_path / "rows.parquet").all()
