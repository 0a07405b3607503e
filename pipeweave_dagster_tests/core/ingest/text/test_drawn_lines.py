"""Drawn tables of any length: cells stay in their columns, and the rule tells names from rows."""

import pytest

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest import read_aligned
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.text.plan_description import preamble_lines
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.text.read_plan import plan_read, read_records

NAMES = ("id", "name", "v")
ROWS = {
    "a blank first": [("1", "Ann", "5"), ("", "Bob", "6")],
    "blanks": [("1", "", "5"), ("", "Bob", ""), ("3", "Cy", "")],
    "a bar inside": [("1", "a | b", "5"), ("2", "c", "6"), ("3", "d|e|f", "7")],
    "one row": [("1", "Ann Lee", "5")],
    "wide letters": [("1", "王 | 明", "5"), ("2", "José", "6")],
    "a backslash": [("1", "a\\|b", "5"), ("", "c\\d", "6")],
}


def psql(cells, widths):
    return " " + " | ".join(map(padded, cells, widths)) + " "


def mysql(cells, widths):
    return f"|{psql(cells, widths)}|"


def ruled(cells, widths):
    return " ".join(map(padded, cells, widths))


def padded(cell, width):
    return cell + " " * (width - sum(2 if "\u4e00" <= c <= "\u9fff" else 1 for c in cell))


def drawn(kind, rows, end):
    widths = [max(10, *(2 * len(c) for c in column)) for column in zip(NAMES, *rows, strict=True)]
    line = {"psql": psql, "mysql": mysql, "ruled": ruled}[kind]
    dashes = ["-" * (w if kind == "ruled" else w + 2) for w in widths]
    rule = {"psql": "+".join(dashes), "mysql": f"+{'+'.join(dashes)}+", "ruled": " ".join(dashes)}
    body = [line(row, widths) for row in rows]
    edge = [rule[kind]] if kind == "mysql" else []
    names = line(NAMES, widths)
    return "\n".join([*edge, names, rule[kind], *body, *edge, *end]) + "\n"


ENDS = {
    "nothing": [], "psql": ["(2 rows)", ""], "mysql": ["2 rows in set (0.00 sec)"],
    "sqlplus": ["", "2 rows selected."], "SQL Server": ["", "(2 rows affected)"],
}  # fmt: skip


@pytest.fixture
def table(tmp_path):
    def table_(text, **options):
        path = tmp_path / "upload"
        path.write_text(text)
        plan = plan_read(Content(path, "d.txt", "none"), tmp_path, ReadOptions(**options))
        plan, records = read_records(plan)
        return plan, [(*record.fields,) for record in records[plan.body_start :]]

    return table_


@pytest.mark.pairwise
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("kind", ["psql", "mysql", "ruled"])
@pytest.mark.parametrize("case", ROWS)
def test_cells_stay_in_their_columns(table, case, kind, end):
    text = drawn(kind, ROWS[case], end)
    plan, body = table(text)
    assert (plan.layout.names, body) == ([*NAMES], ROWS[case])
    assert [line.text for line in plan.text.drawn.below] == [line for line in end if line]
    assert table(text, expected_names=NAMES, keep_all=True)[1] == ROWS[case]


@pytest.mark.parametrize("kind", ["psql", "mysql", "ruled"])
def test_a_batch_to_predict_is_read_alike(read, rows, tmp_path, kind):
    text = drawn(kind, ROWS["a blank first"], ENDS["sqlplus"])
    snapshot = read(text, name="d.txt", columns={"name": "text"})
    wanted = [{"id": 1, "name": "Ann", "v": 5}, {"id": None, "name": "Bob", "v": 6}]
    assert (rows(), snapshot.rows_quarantined, snapshot.dialect.doubt) == (wanted, 0, None)
    (tmp_path / "batch").write_text(text)
    read_aligned(tmp_path / "batch", "d.txt", snapshot.columns, tmp_path / "out")
    assert rows() == wanted


@pytest.mark.pairwise
@pytest.mark.parametrize("text", ["x y z", "aa bb cc", "n m 7"])
@pytest.mark.parametrize("kind", ["psql", "mysql", "ruled"])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_short_texts_above_a_rule_are_names(table, text, kind, count):
    plan, body = table(drawn(kind, [(*text.split(),)] * count, []))
    assert (plan.layout.names, len(body)) == ([*NAMES], count)


@pytest.mark.pairwise
@pytest.mark.parametrize("above", [[], ["# Stock", ""], ["Stock", "of the day", ""]])
@pytest.mark.parametrize("below", [[], ["", "_as of Nov_"], ["Source: us", "", "* counted, twice"]])
@pytest.mark.parametrize("rule", ["|:--|--:|", "| --- | --- |", "|-|-|"])
def test_text_around_a_table_of_markdown_is_no_row(table, above, below, rule):
    lines = ["| Item | Qty |", rule, "| Bolt \\| M4 | 1 |", "| Nut | 2 |", "| - | - |"]
    plan, body = table("\n".join([*above, *lines, *below]) + "\n")
    assert plan.layout.names == ["Item", "Qty"]
    assert body == [("Bolt | M4", "1"), ("Nut", "2"), ("-", "-")]
    shown = [line for line in [*above, *below] if line]
    assert [line.text for line in preamble_lines(plan)] == shown


def test_a_grid_with_a_rule_below_each_row_leaves_the_names_to_the_cells(read):
    rule = "+----+-----+"
    rows = [f"| {i:2} | {i * 7:3} |" for i in range(10, 16)]
    text = "\n".join([rule, *(line for row in rows for line in (row, rule))]) + "\n"
    assert read(text, name="d.txt").rows == 6


def test_a_row_with_the_words_of_a_count_is_a_row(read):
    text = drawn("ruled", [("100 rows", "of seats", "1"), ("20 rows", "of beans", "2")], [])
    assert read(text, name="d.txt").rows == 2


NARROW = "id name \n-- ----\n 1 Ann\n 2 \n"
BELOW = {
    "a count as wide as two columns": f"{NARROW}(2 rows)\n",
    "the time it took": f"{NARROW}\n(2 rows affected)\n\nCompletion time: 2021-03-01T10:00\n",
    "time that fits": f"{NARROW}\n2 rows selected.\n\n12 s\n",
}


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW)
def test_what_a_client_writes_below_is_no_row(table, text):
    plan, body = table(text)
    assert (plan.layout.names, body) == (["id", "name"], [("1", "Ann"), ("2", "")])


def test_a_misplaced_last_row_is_not_left_out(table):
    plan, body = table("id    name\n----- ----\n1     Ann\n2     Bob\n3 Cy Dee Lee\n")
    assert body[:2] == [("1", "Ann"), ("2", "Bob")]
    assert (len(body), plan.text.drawn.below) == (3, ())


def test_units_between_names_and_rule(table):
    plan, body = table("Year  Temp\n      degC\n----  ----\n2001  12.5\n2002  13.5\n2003  11.0\n")
    assert (plan.layout.names, plan.layout.annotations, len(body)) == (["Year", "Temp"], 1, 3)


def test_another_table_below_is_no_part_of_the_first(table):
    first = " id | name \n----+------\n  1 | Ann\n    | Bob\n  3 | Cy\n(3 rows)\n\n"
    second = " code | town | n \n------+------+---\n  a | Ulm | 1\n  b | Rom | 2\n  c | Ulm | 3\n"
    plan, body = table(f"{first}{second}(3 rows)\n")
    assert (plan.layout.names, body) == (["id", "name"], [("1", "Ann"), ("", "Bob"), ("3", "Cy")])
    assert [(line.line, line.kind) for line in plan.text.drawn.below] == [
        (6, "row count"),
        (8, "another table"),
    ]
    assert plan.text.drawn.below[1].text == "code | town | n (and 3 lines below)"
    plan, body = table(f"{first}{second}(3 rows)\n", read=ReadSetting(skip=5))
    assert (plan.layout.names, body[0]) == (["code", "town", "n"], ("a", "Ulm", "1"))
