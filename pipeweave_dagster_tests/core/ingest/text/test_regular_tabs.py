"""Tabs as many in every line are delimiters, whatever else the fields contain."""

import pytest

from pipeweave_dagster.core.ingest.text.detect_dialect import detect_dialect

CODES = {
    "eurostat": ("freq,unit,geo\\TIME_PERIOD\t2019 \t2020 ", "A,CP{:02},AT\t104.{} b\t: "),
    "semicolons": ("a;b;c\tfirst\tsecond", "A;CP{:02};AT\t10 p\t1{} e"),
    "bars": ("a|b|c\tfirst\tsecond", "A|CP{:02}|AT\t1.5\t1{}"),
    "two columns": ("unit,geo\\time\t2019", "PC,A{:02}\t1{}.5 p"),
    "words": ("who\twhere\twhen", "a b c{:02}\tat home\tday {}"),
    "times": ("at:where:who\tn\tm", "10:{:02}:30\tx:1\ty:{}"),
}


@pytest.mark.parametrize("count", [5, 40])
@pytest.mark.parametrize(("names", "row"), CODES.values(), ids=CODES)
def test_tabs_in_every_line_delimit(names, row, count):
    text = names + "\n" + "".join(row.format(i, i % 7) + "\n" for i in range(count))
    assert detect_dialect(text).delimiter == "\t"


@pytest.mark.parametrize("words", ["# of a", "# a\n# b c", "# one two three four five"])
def test_comments_of_any_number_of_words_stand_above_tabs(words):
    rows = "".join(f"USGS\t{16465 + i}\t9.{i}\n" for i in range(20))
    assert detect_dialect(f"{words}\nname\tsite\tvalue\n{rows}").delimiter == "\t"


@pytest.mark.parametrize(
    ("row", "delimiter"),
    [
        ("{},x,{}.5\t", ","),  # a tab at the end
        ("\t{};x;{}.5", ";"),  # and before the first field
        ('{},"x\ty",{}.5', ","),  # inside quotes
        ('18.{}  8  307.{}\t"a b"', " "),  # blanks, and a tab before the last field (auto-mpg)
    ],
)
def test_tabs_that_delimit_nothing(row, delimiter):
    text = "".join(row.format(i, i % 7) + "\n" for i in range(30))
    assert detect_dialect(text).delimiter == delimiter


def test_a_tab_in_some_cells_is_none():
    text = "".join(f"{i},x{chr(9) * (i % 3 == 0)}y,{i % 7}.5\n" for i in range(30))
    assert detect_dialect(text).delimiter == ","
