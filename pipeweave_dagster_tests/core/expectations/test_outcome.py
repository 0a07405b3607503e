"""Broken rules in words and on a page: counted, masked, escaped."""

import pytest

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.expectations.outcome import describe_rule, failure, masked
from pipeweave_dagster.core.expectations.page import docs_page
from pipeweave_dagster.core.expectations.rule import rule


def column(**more):
    facts = {"type": "categorical", "storage": "text", "role": "feature", "confidence": 1.0}
    return ColumnDeduction(name="a", **{**facts, **more}, reason="", distinct=3, missing=0)


def in_set(group="categories"):
    return rule(group, "expect_column_values_to_be_in_set", "why", column="a", value_set=["x"])


def result(*values):
    rows = list(range(len(values)))
    return {
        "unexpected_count": len(values),
        "element_count": 100,
        "partial_unexpected_list": list(values),
        "partial_unexpected_index_list": rows,
    }


def test_a_category_of_many_rows_is_shown_and_a_rare_one_masked():
    found = failure(in_set(), result(*["new"] * 6, "Jane Doe"), column())
    assert found.examples == ["'new'", "Aaaa Aaa"]
    assert (found.failed, found.rows, found.at_rows[:2]) == (7, 100, [1, 2])


@pytest.mark.parametrize("private", [{"pii": "email"}, {"role": "identifier"}])
def test_nothing_private_is_shown_however_often_it_occurs(private):
    found = failure(in_set(), result(*["j@x.org"] * 9), column(**private))
    assert found.examples == ["a@a.aaa"]


def test_masks_keep_the_form_only():
    assert masked("Ab-12 ç") == "Aa-99 a"
    assert masked("x" * 50) == "a" * 40 + "…"


def test_missing_and_new_columns_are_named():
    expected = rule(
        "columns", "expect_table_columns_to_match_set", "", column_set=["a", "b"], exact_match=True
    )
    observed = {"observed_value": ["a", "c"], "details": {"mismatched": {"missing": ["b"],
            "unexpected": ["c"]}}}  # fmt: skip
    text = failure(expected, observed, None).text
    assert "Missing: b. New: c." in text


def test_rules_of_other_kinds_are_described_by_their_type():
    other = {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "a"}, "meta": {}}
    assert describe_rule(other) == "expect column mean to be between."


def test_the_page_escapes_and_runs_nothing():
    evil = "<img src=x onerror=alert(1)>"
    rules = [rule("keys", "expect_column_values_to_be_unique", evil, column=evil)]
    suite = {"name": evil, "expectations": rules, "meta": {}}
    page = docs_page(suite, {0: failure(rules[0], result("x"), None)}, set(), 100)
    assert "<img" not in page
    assert "<script" not in page
    assert "1 of 1 rules failed on the 100 rows" in page
    assert "http" not in page
