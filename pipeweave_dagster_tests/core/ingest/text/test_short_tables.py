"""Tables of few rows among more lines of other kinds: settings, accounts, comments, notes."""

import pytest

from pipeweave_dagster.core.ingest.text.records import TextDialect
from pipeweave_dagster.core.ingest.text.short_tables import short_table

NAMES = ["Well", "Sample", "Target", "Ct", "Mean", "Passed"]
ABOVE = {
    "settings": """* Block Type = 96 wells
* Name = run1.eds
* Instrument = Q7
* User = me

[Results]
""",
    "comments": """# ------
# All pages
# Account: Acme
# Start: 20240101
# End: 20240131
# ------

""",
    "sentences": """This report was made for you, the owner.
It lists, by well, what was found.
Questions: write to us, please.
All rights reserved, 2024.
Last page.
""",
    "colons": """#DEBUG: Format -> a
#DEBUG: Period -> 2024-01-01 00:00 2024-01-02 00:00
#DEBUG: Zone -> UTC
#DEBUG: By -> b
""",
    "pairs": """From:{d}2024-01-01
To:{d}2024-01-31
Kind:{d}All
Account:{d}CH93
Currency:{d}CHF
State:{d}final

""",
    "texts and pairs": """Bank of Here{d}
Street 1{d}

#Client{d}
JAN K{d}

#Period{d}
01.01.2024{d}31.01.2024

""",
}
BELOW = {
    "nothing": "",
    "pairs": "\nAnalysis{d}Single\nReference{d}S1\n",
    "a note": "\nEnd of report\n",
}


def row(index, delimiter):
    cells = [index + 1, f"S{index % 3}", "GAPDH", f"{18 + index}.25", f"{18 + index}.5", "true"]
    return delimiter.join(map(str, cells)) + "\n"


def text_of(above, below, delimiter, count, names=NAMES):
    table = delimiter.join(names) + "\n" + "".join(row(i, delimiter) for i in range(count))
    return above.format(d=delimiter) + table + below.format(d=delimiter)


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [3, 5, 40])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_a_short_table_is_read(read, rows, above, below, delimiter, count):
    text = text_of(above, below, delimiter, count)
    snapshot = read(text)
    assert [c.name for c in snapshot.columns] == NAMES
    assert (snapshot.rows, rows()[-1]["Ct"]) == (count, 17.25 + count)
    filled = sum(bool(line.strip(" \t;|,\r")) for line in text.split("\n"))
    assert filled == 1 + count + len(snapshot.left_out) + snapshot.rows_quarantined


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_two_short_tables_below_comments(read, rows, delimiter):
    second = "\nDay;Views\n1/1/24;400\n1/2/24;500\n1/3/24;445\n".replace(";", delimiter)
    snapshot = read(text_of(ABOVE["comments"], second, delimiter, 4))
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (NAMES, 4)


def test_names_behind_a_mark_of_comments(read):
    names = ["# rsid", "chromosome", "position", "genotype"]
    body = "".join(f"rs{i}\t1\t{69869 + i}\tTT\n" for i in range(4))
    above = "# made by X at: Mon Jan 01 2024\n#\n# Fields are separated\n# help, page 1\n#\n"
    snapshot = read(above + "\t".join(names) + "\n" + body)
    names[0] = "rsid"  # other comments show that the mark is none of a name
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (names, 4)


@pytest.mark.parametrize(
    "text",
    [
        "remark\nred, green, blue\nsmall, large, huge\nno, yes, maybe\nin, out, between\n",
        "address\n1 High Street, Leeds, LS1\n2 Low Road, York, YO1\n3 New Lane, Hull, HU1\n",
        "sizes\n1,2,3\n4,5,6,7\n8,9\n10,11,12\n",
    ],
)
def test_texts_of_one_column_stay_one_column(text):
    assert short_table(text, TextDialect(None)) is None


def test_a_table_of_the_chosen_dialect_stays():
    body = "".join(f"{i};{i},5;{i},25,7\n" for i in range(5))
    assert short_table(f"Run:;1\n\na;b;c\n{body}", TextDialect(";", '"')) is None


def test_a_batch_keeps_the_lines_below():
    table = short_table(text_of(ABOVE["settings"], BELOW["pairs"], ",", 4), TextDialect(None))
    assert table is not None
    assert (table.dialect.delimiter, table.width) == (",", len(NAMES))
    assert table.end == len(ABOVE["settings"].strip().split("\n")) - 1 + 5
