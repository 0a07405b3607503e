"""Each part of the cost of a layout prefers what it is there for."""

import pytest

from pipeweave_dagster.core.ingest.text.column_model import (
    ColumnModel,
    TableModel,
    literal_bits,
    shape_of,
)
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_rows import can_be_header, repeated_headers
from pipeweave_dagster.core.ingest.text.line_roles import row_bits, title_bits
from pipeweave_dagster.core.ingest.text.name_costs import header_bits

ROWS = [[f"Town {i}", str(i * 7), f"{i}.5", "abc"[i % 3]] for i in range(40)]


@pytest.fixture
def models():
    table = TableModel(ROWS)
    return [ColumnModel([*column], table) for column in zip(*ROWS, strict=True)]


def line(*cells, fields=None):
    padded = [*cells, *[""] * (4 - len(cells))]
    return Line(padded, len(cells) if fields is None else fields, 4)


def test_a_usual_cell_is_cheaper_than_an_unusual_one(models):
    _, whole, decimal, letter = models
    assert whole.bits("14", counted=False) < whole.bits("fourteen", counted=False)
    assert decimal.bits("3.5", counted=False) < decimal.bits("35", counted=False) + 3
    assert letter.bits("b", counted=False) < 3 < letter.bits("q", counted=False)


def test_a_cell_is_left_out_of_its_own_model():
    table = TableModel([["red"], ["green"]])
    model = ColumnModel(["red", "green"], table)
    assert model.bits("red", counted=True) > model.bits("red", counted=False)


def test_names_are_cheaper_above_than_in_the_body(models):
    names, row = line("town", "visits", "price", "kind"), line("Town 7", "49", "7.5", "b")
    assert header_bits([names], models) < row_bits(names, models, 0.01, counted=False)
    assert header_bits([row], models) > row_bits(row, models, 0.01, counted=False)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("town", "a", "b", "c"), ("town", "NA", "b", "c")),
        (("town", "1.5", "2.5", "7.5"), ("town", "1.5", "1.5", "1.5")),
        (("town", "2001", "2002", "2003"), ("town", "2.1", "7.3", "9.4")),
        (("", "a", "b", "c"), ("a", "", "b", "c")),
        (("a", "b", "c", "d"), ("1", "2.5", "7", "9")),
    ],
)
def test_names_are_words_distinct_and_present(models, better, worse):
    def beyond_spelling(cells):
        return header_bits([line(*cells)], models) - sum(map(literal_bits, cells))

    assert beyond_spelling(better) < beyond_spelling(worse)


def test_titles_have_one_text_and_come_in_blocks(models):
    title, full = line("Report of 2020"), line("Town 1", "7", "1.5", "a")

    def bits(found, *, first=True):
        return title_bits(found, models, first=first, counted=False)

    assert bits(title) < row_bits(title, models, 0.01, counted=False)
    assert bits(full) > row_bits(full, models, 0.01, counted=False)
    assert bits(title, first=False) < bits(title)


def test_a_sparse_row_is_not_as_many_surprises_as_it_has_blanks(models):
    sparse, full = line("Town 3", fields=4), line("Town 3", "9", "1.5", "b")
    difference = row_bits(sparse, models, 0.01, counted=False) - row_bits(
        full, models, 0.01, counted=False
    )
    assert difference < 10


def test_lines_are_joined_only_with_evidence(models):
    groups, names = line("", "2019", "", "2020"), line("town", "a", "b", "a")
    assert can_be_header([groups, names], models)
    assert can_be_header([line("x", "sales", "sales", "y"), line("", "n", "m", "")], models)
    assert not can_be_header([line("town", "a", "b", "c"), line("Ulm", "NA", "NA", "NA")], models)
    assert not can_be_header([line("town", "a", "b", "c"), line("Ulm", "1", "2", "3")], models)
    assert not can_be_header([line("only the first")], models)


def test_a_header_below_is_known_as_repeated():
    header = line("town", "visits", "price", "kind")
    rows = [Line(row, 4, 4) for row in ROWS[:9]]
    assert repeated_headers([header, *rows, header, *rows]) == {10}
    assert repeated_headers([header, header, *rows]) == set()


@pytest.mark.parametrize(
    ("text", "shape"), [("Ann Lee", "Aa Aa"), ("0.25", "9.9"), ("x_1", "a_9"), ("", "")]
)
def test_shapes(text, shape):
    assert shape_of(text) == shape


def test_long_texts_in_several_rows_cost_more_than_in_one(models):
    texts = [f"{word} of all patients reported to the register by district" for word in "abcd"]
    questions, more = line(*texts), line(*(f"{text}, part two" for text in texts))
    apart = header_bits([questions], models) + header_bits([more], models)
    assert header_bits([questions, more], models) > apart + 20
    short = line("a", "b", "c", "d"), line("e", "f", "g", "h")
    assert header_bits([*short], models) < sum(header_bits([one], models) for one in short) + 20
