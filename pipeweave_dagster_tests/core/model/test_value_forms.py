"""The forms of a column: what is written in one of them is read back, whatever the training had."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.types.batch_forms import batch_forms, form_of
from pipeweave_dagster.core.model.value_forms import ColumnTexts, choose_forms, read_text

FORMATS = ["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d",
           "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ"]  # fmt: skip
NUMBERS = {
    "plain": lambda v: f"{v:.2f}",
    "thousands": lambda v: f"{v:,.2f}",
    "decimal comma": lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")),
    "gaps": lambda v: f"{v:,.2f}".replace(",", " "),
    "parentheses": lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}",
}
FORMS: dict[tuple[str, str | None], tuple] = {}


def forms_of(type_, format_):
    if (type_, format_) not in FORMS:
        column = SnapshotColumn(name="c", original_name="c", type=type_, missing=0, format=format_)
        found = batch_forms(column)
        FORMS[type_, format_] = ([form_of(p) for p in found.forms], found.primary)
    return FORMS[type_, format_]


def column_of(texts, type_, format_):
    forms, primary = forms_of(type_, format_)
    counts = dict(Counter(texts).most_common())
    unread = [
        (t, n) for t, n in counts.items() if all(read_text(f, t) is None for f in forms[:primary])
    ]
    return ColumnTexts.of(forms, primary, counts, unread)


def read(texts, type_, format_):
    """The values of the texts, in the forms that are chosen for them."""
    column = column_of(texts, type_, format_)
    chosen = choose_forms({"c": column}).get("c", range(column.primary))
    return [
        next((v for k in chosen if (v := read_text(column.forms[k], t)) is not None), None)
        for t in texts
    ]


DATES = st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)), min_size=3, max_size=15)


@given(DATES, st.sampled_from(FORMATS), st.sampled_from(FORMATS[:6]))
@settings(max_examples=60, deadline=None)
def test_dates_in_any_form_are_read_back_if_one_proves_the_order(dates, written, trained):
    dates = [*dates, dt.date(2020, 1, 31)]
    assert read([f"{d:{written}}" for d in dates], "date", trained) == dates


AMOUNTS = st.lists(st.floats(-1e7, 1e7).map(lambda v: round(v, 2)), min_size=3, max_size=15)
TRAINED = [None, "decimal ','", "thousands ','"]


@given(AMOUNTS, st.sampled_from(sorted(NUMBERS)), st.sampled_from(TRAINED))
@settings(max_examples=60, deadline=None)
def test_numbers_in_any_form_are_read_back_if_one_proves_the_mark(numbers, written, trained):
    numbers = [*numbers, 1234567.25, -0.75]
    assert read([NUMBERS[written](v) for v in numbers], "number", trained) == numbers


def test_no_column_has_two_orders():
    texts = [f"{d:02}/01/2020" for d in range(10, 32)] + ["01/25/2020"]
    assert read(texts, "date", "%d/%m/%Y")[-1] is None
    assert None not in read(texts[:-1], "date", "%m/%d/%Y")


def test_columns_that_fit_both_follow_only_what_all_proofs_agree_on():
    proof, both = ["01/31/2020", "02/28/2020"], ["03/04/2020", "05/06/2020"]
    against = ["31/01/2020", "28/02/2020"]
    columns = {k: column_of(v, "date", "%d/%m/%Y") for k, v in (("p", proof), ("b", both))}
    assert set(choose_forms(columns)) == {"p", "b"}
    columns["a"] = column_of(against, "date", "%d/%m/%Y")
    assert set(choose_forms(columns)) == {"p"}


@pytest.mark.parametrize("text", ["5 km", "€5", "much", "12E", "1.2.3"])
def test_another_unit_or_no_number_is_no_value(text):
    assert read([text, "1.5", "2.5"], "number", None) == [None, 1.5, 2.5]
