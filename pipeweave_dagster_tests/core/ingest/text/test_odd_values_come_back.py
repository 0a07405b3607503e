"""Tables of values with marks of many kinds, as programs write them, come back cell by cell."""

import csv
import io
import random

import pytest

from pipeweave_dagster.core.ingest import ingest_as_text

ODD = {
    "inches": '{}"', "height": "5' {}\"", "said": 'say "{}"', "possessive": "it's {}'",
    "marks": "(X)", "number sign": "#", "colour": "#{:03x}", "tags": "#tag{} #b", "pair": "({}, 1)",
    "list": "['a', 'b{}']", "json": '{{"a": {}, "b": [1, 2]}}', "html": '<a href="x{}">t, u</a>',
    "address": "https://x.org/a?b={}&c=1|2", "mail": "u{}@x.org", "path": "C:\\data\\f{}.txt",
    "pipe": "a|b{}", "semicolons": "a{};b;c", "colon": "key: {}", "ratio": "{}:1", "amp": "R&D {}",
    "price": "{},- €", "yen": "\\{},000", "swiss": "1'000.{:02}",
    "brackets": "[2022-08-02 10:00:{:02}]",
    "milliseconds": "2022-08-02 10:00:{:02},150", "measure": "150 cm",
    "sentence": "No. {}, was: ok?",
    "name": "Müller, Anna {}", "lines": "line {}\nnext, line", "formula": "=A{}+1", "number": "{}",
    "decimal": "{}.25", "error": "#N/A", "dots": "..", "section": "§ {} Abs. 2",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(24))
def test_header_and_cells_come_back(seed, tmp_path):
    rng = random.Random(seed)
    forms = rng.sample([*ODD.values()], rng.choice([2, 3, 4, 7]))
    names = [f"col_{chr(97 + i)}" for i in range(len(forms))]
    count, delimiter = rng.choice([6, 12, 40]), rng.choice(",,;\t|")
    body = [[form.format(i) for form in forms] for i in range(10, 10 + count)]
    text = io.StringIO()
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([names, *body])
    (tmp_path / "t.csv").write_text(text.getvalue(), newline="", encoding="utf-8")
    ingest_as_text(tmp_path / "t.csv", "t.csv", tmp_path)
    with (tmp_path / "data.csv").open(newline="", encoding="utf-8") as file:
        assert [*csv.reader(file)] == [names, *body]
