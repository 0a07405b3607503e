"""How the classes of a typed column are spelled in the file."""

import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest import fast_path, sampled_types
from pipeweave_dagster.core.ingest.types.spellings import label_of, may_be_labels
from pipeweave_dagster.core.ingest.types.value_parsers import BOOLEAN, INTEGER, NUMBER, TEXT

pytestmark = pytest.mark.slow  # the file with all its variants

CASES = [
    ("True", "False", "true"),
    ("TRUE", "FALSE", "true"),
    ("1.0", "2.0", "1"),
    ("$5", "$6", "5"),
    ("10%", "20%", "10"),
    ("1k", "2k", "1000"),
    ("+1", "-1", "1"),
    ("1e3", "2e3", "1000"),
    ("1,000", "2,000", "1000"),
    ("31/12/2020", "30/11/2021", "2020-12-31"),
    ("0.50", "0.25", "0.5"),
]


@pytest.mark.pairwise
@pytest.mark.parametrize(("first", "second", "label"), CASES)
@pytest.mark.parametrize("rows", [20, 400])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_text_of_each_value_is_kept(read, first, second, label, rows, delimiter):
    lines = [f"{i}{delimiter}{(first, second)[i % 2]}" for i in range(rows)]
    lines[3] = f"3{delimiter}"
    column = read(f"x{delimiter}y\n" + "\n".join(lines) + "\n").columns[1]
    assert list(column.spellings[label]) == [first]
    assert column.spellings[label][first] == rows // 2


@pytest.mark.parametrize(("first", "second"), [("true", "false"), ("1", "0"), ("a", "B")])
def test_plain_values_need_no_spelling(read, first, second):
    text = "x,y\n" + "".join(f"{i},{(first, second)[i % 2]}\n" for i in range(60))
    assert read(text).columns[1].spellings == {}


def test_several_spellings_of_a_value_have_their_counts_the_most_frequent_first(read):
    text = "x,y\n" + "".join(f"{i},{('1.0', '2', '1', '1.0')[i % 4]}\n" for i in range(80))
    assert read(text).columns[1].spellings == {"1": {"1.0": 40, "1": 20}}


def test_columns_of_many_values_have_none(read):
    text = "x,y\n" + "".join(f"{i}.0,{i / 8:.3f}\n" for i in range(400))
    assert [c.spellings for c in read(text).columns] == [{}, {}]


def test_the_fast_path_keeps_them_too(read, monkeypatch):
    monkeypatch.setattr(fast_path, "_MIN_BYTES", 1000)
    monkeypatch.setattr(sampled_types, "_SAMPLE_BYTES", 4000)
    text = "x,y\n" + "".join(f"{i},{('True', 'False')[i % 2]}\n" for i in range(9000))
    spellings = read(text).columns[1].spellings
    assert spellings == {"false": {"False": 4500}, "true": {"True": 4500}}
    several = text.replace(",True\n", ",TRUE\n", 100)
    spellings = read(several).columns[1].spellings
    assert spellings == {"false": {"False": 4500}, "true": {"True": 4400, "TRUE": 100}}


def test_only_few_repeated_values_may_be_labels():
    assert may_be_labels(BOOLEAN, Counter({"True": 3, "False": 2}))
    assert not may_be_labels(TEXT, Counter({"True": 3, "No": 2}))
    assert not may_be_labels(INTEGER, Counter({"1": 3, "0": 2}))
    assert not may_be_labels(NUMBER, Counter({f"{i}.0": 1 for i in range(300)}))


@pytest.mark.parametrize(
    ("value", "label"),
    [(3.0, "3"), (0.1, "0.1"), (True, "true"), (10**17 + 1, "100000000000000001"), (-0.5, "-0.5")],
)
def test_labels_of_values(value, label):
    assert label_of(value) == label


FAMILIES = [
    ("true", "True", "TRUE", "false", "False", "FALSE"),
    ("1", "1.0", "+1", "2", "2.00", "-3", "0"),
    ("$1", "$2.50", "$3", "$10"),
    ("5%", "10%", "0.5%"),
    ("2020-01-31", "2021-02-28"),
    ("1e3", "1000", "2E3", "0.5"),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_every_text_of_the_file_is_a_spelling_of_its_own_value(read, rows, out, data):
    family = data.draw(st.sampled_from(FAMILIES))
    texts = data.draw(st.lists(st.sampled_from(family), min_size=25, max_size=60))
    shutil.rmtree(out)
    out.mkdir()
    snapshot = read("number,label\n" + "".join(f"{i},{t}\n" for i, t in enumerate(texts)))
    [column] = [c for c in snapshot.columns if c.name == "label"]
    for text, row in zip(texts, rows(), strict=True):
        value = row["label"]
        name = value if column.type == "text" else label_of(value)
        known = column.spellings.get(name, {name: 1})
        assert text in known
        assert list(known.values()) == sorted(known.values(), reverse=True)


def test_texts_beyond_the_sample_are_counted(read):
    lines = [f"{i};{('True', 'False')[i % 2]}" for i in range(30_000)]
    lines[20_001] = "1;FALSE"
    spellings = read("x;y\n" + "\n".join(lines) + "\n").columns[1].spellings
    assert spellings == {"false": {"False": 14_999, "FALSE": 1}, "true": {"True": 15_000}}
