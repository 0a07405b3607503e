"""Tables with a rule of dashes per column, and lists between bars with rules of dashes alone."""

import pytest

from pipeweave_dagster.core.ingest.text.box_tables import ruled_columns

WIDTHS = [9, 8, 5, 20]
PLACES = ["BOSTON LOGAN", "ST. LOUIS", "NEW YORK CENTRAL PARK"[:20]]


def fixed(*cells, mark=" "):
    return mark.join(f"{c:<{w}}" for c, w in zip(cells, WIDTHS, strict=True))


def table(rule="-", title="", end=""):
    rows = [fixed(f"USW{i:05}", "20210101", i - 5, PLACES[i % 3]) for i in range(20)]
    names = fixed("STATION", "DATE", "TMAX", "NAME")
    line = " ".join(rule * w for w in WIDTHS)
    return "\n".join([*([title] if title else []), names, line, *rows, *([end] if end else []), ""])


@pytest.mark.parametrize("rule", ["-", "="])
@pytest.mark.parametrize("title", ["", "Weather of all stations in January"])
def test_columns_begin_where_the_dashes_do(read, rows, rule, title):
    snapshot = read(table(rule, title), name="d.txt")
    assert [c.name for c in snapshot.columns] == ["STATION", "DATE", "TMAX", "NAME"]
    assert [row["NAME"] for row in rows()] == [PLACES[i % 3] for i in range(20)]
    assert [row["TMAX"] for row in rows()] == [i - 5 for i in range(20)]
    assert snapshot.dialect.skipped_rows == bool(title)


def test_the_row_count_of_a_client_below_is_no_row(read):
    snapshot = read(table(end="\n(20 rows affected)"), name="d.txt")
    assert snapshot.rows == 20


def test_a_rule_that_the_rows_cross_is_none():
    assert ruled_columns(["ID NAME", "-- ----", "12345678", "12345678", "12345678"]) is None
    assert ruled_columns(["a title", "-- ----"]) is None


def test_a_list_of_sap_with_a_total(read, rows):
    rule = "-" * 36
    body = [f"|{1000 + i}|{i + 4}.{i + 100},10{'- '[i % 2]}|Text {i:4}|Bonn|" for i in range(6)]
    lines = ["05.05.2021   Liste   1", "", rule, "|BuKr|  Betrag  |Text     |Ort |", rule, *body]
    total = ["-" * 36, "|*   |12.345,60-|         |    |", rule, ""]
    snapshot = read("\n".join([*lines, *total]), name="d.txt")
    assert [c.name for c in snapshot.columns] == ["BuKr", "Betrag", "Text", "Ort"]
    amounts = [(4100.1 + 1001 * i) * (1 if i % 2 else -1) for i in range(6)]
    assert [row["Betrag"] for row in rows()] == pytest.approx(amounts)
    assert snapshot.rows_quarantined == 1
