"""Numbers as accountants and statistics packages write them: no digit, sign or zero is lost."""

import pytest

COLUMNS = {
    "loss behind the dollar": ("$1,200.00 $(35.10) $89.00 $(1,003.00)", [1200, -35.1, 89, -1003]),
    "loss behind a blank": ("$ 5.5|$ (2.5)|$ 1.0|$ (7.25)", [5.5, -2.5, 1, -7.25]),
    "loss before the euro": ("1.200,50 €|(35,10) €|(1,00) €|7,00 €", [1200.5, -35.1, -1, 7]),
    "loss with a code": ("USD 5.5|USD (2.5)|USD 12.0|USD 3.5", [5.5, -2.5, 12, 3.5]),
    "nothing": (" $1,200.00 | $(35.10)| $-   | $ -   ", [1200, -35.1, 0, 0]),
    "nothing in euros": ("12,50 €|-   €|1.012,00 €|- €", [12.5, 0, 1012, 0]),
    "no zero before the comma": (",98000|1,02345|-,5|12,25", [0.98, 1.02345, -0.5, 12.25]),
    "no zero, thousands by points": (",5|1.234,25|12,75|-,25", [0.5, 1234.25, 12.75, -0.25]),
    "no zero, thousands by commas": (".5|1,234.25|12.75|-.25", [0.5, 1234.25, 12.75, -0.25]),
    "no zero, thousands by blanks": (",5|1 234,25|12,75|-,25", [0.5, 1234.25, 12.75, -0.25]),
    "no zero, thousands by apostrophes": (".5|1'234.25|12.75|.25", [0.5, 1234.25, 12.75, 0.25]),
    "no zero, in India": (".5|1,23,456.25|12.75|.25", [0.5, 123456.25, 12.75, 0.25]),
    "no zero, with a unit": (",5 kg|1,25 kg|12,75 kg|,25 kg", [0.5, 1.25, 12.75, 0.25]),
}


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize("form", COLUMNS)
def test_the_number_is_the_one_that_a_human_reads(form, times, read, rows):
    text, wanted = COLUMNS[form]
    values = (text.split("|") if "|" in text else text.split()) * times
    snapshot = read("id;value;kind\n" + "".join(f"r{i};{v};x\n" for i, v in enumerate(values)))
    assert snapshot.columns[1].type in {"integer", "number"}, snapshot.columns[1]
    assert [row["value"] for row in rows()] == wanted * times


@pytest.mark.parametrize(
    "values",
    [["5 kg", "- kg", "7 kg"], ["$5 (2)", "$6 (3)", "$7 (4)"], ["(5", "6)", "(7)"]],
    ids=["a dash before a unit", "a number in parentheses behind another", "half a parenthesis"],
)
def test_what_is_no_number_stays_a_text(values, read, rows):
    read("id;value;kind\n" + "".join(f"r{i};{v};x\n" for i, v in enumerate(values)))
    assert [row["value"] for row in rows()] == values
