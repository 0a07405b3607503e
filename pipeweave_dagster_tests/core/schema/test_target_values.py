"""Which texts of a target are classes, and how each class is named."""

import pytest

from pipeweave_dagster.core.documents import ColumnSetting

pytestmark = pytest.mark.slow  # the file with all its variants


def target_of(version, words, header="x,y", delimiter=",", **settings):
    """Deduce the target `y` of a table that repeats the words."""
    lines = [f"{i}.5{delimiter}{words[i % len(words)]}" for i in range(20 * len(words))]
    text = "\n".join([header.replace(",", delimiter), *lines]) + "\n"
    return version(text, target="y", **settings).schema


@pytest.mark.parametrize("token", ["NULL", "nan", "NaN", "NA", "N/A", "n/a", "?", "n.a.", "#N/A"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_placeholder_is_no_class(version, token, delimiter):
    schema = target_of(version, ["yes", "no", token], delimiter=delimiter)
    target = schema.target
    assert (target.task, target.classes, target.missing) == ("binary", ["no", "yes"], [token])
    assert any(repr(token) in note and "20 rows" in note for note in schema.notes)


def test_several_placeholders_leave_a_binary_task(version):
    target = target_of(version, ["yes", "no", "k.A.", "<NA>", "#NV", "yes"]).target
    assert (target.task, set(target.missing)) == ("binary", {"k.A.", "<NA>", "#NV"})


@pytest.mark.parametrize(
    "words",
    [
        ["+", "-", "0x"],
        ["found", "missing", "dead"],
        ["success", "failure", "unknown"],
        ["yes", "NA"],
        ["NA", "none", "a"],
        ["north", "nd", "sd"],
    ],
)
def test_words_that_may_be_a_class_are_one(version, words):
    target = target_of(version, words).target
    kept = set(words) if words[0] != "NA" else {"none", "a"}
    assert set(target.classes) == kept


def test_what_the_settings_list_as_missing_is_all_that_is(version):
    columns = {"y": ColumnSetting(missing=["?"])}
    target = target_of(version, ["EU", "NA", "AS", "?"], columns=columns).target
    assert (set(target.classes), target.missing) == ({"EU", "NA", "AS"}, ["?"])


@pytest.mark.parametrize(
    "spellings", [("Yes", "YES", "yes."), ("New York", "new  york", "NEW YORK")]
)
def test_merged_spellings_are_named_by_the_most_frequent(version, spellings):
    words = [spellings[0], spellings[0], "no", spellings[1], spellings[2]]
    plain = target_of(version, words)
    assert len(plain.target.classes) == 4
    columns = {"y": ColumnSetting(merge_spellings=True)}
    schema = target_of(version, words, columns=columns)
    assert (schema.target.task, set(schema.target.classes)) == ("binary", {spellings[0], "no"})
    assert any("spellings of a class are merged" in note for note in schema.notes)


@pytest.mark.parametrize(
    ("words", "given", "positive"),
    [
        (["True", "False"], "true", "True"),
        (["TRUE", "FALSE"], "FALSE", "FALSE"),
        (["1.0", "0.0"], "1", "1.0"),
        (["1.0", "0.0"], None, "1.0"),
        (["$5", "$6"], "5", "$5"),
        (["$5", "$6"], "$6", "$6"),
        (["yes", "no"], "YES", "yes"),
    ],
)
def test_the_positive_class_may_be_given_as_spelled_or_as_stored(version, words, given, positive):
    assert target_of(version, words, positive=given).target.positive == positive


def test_numbers_listed_as_missing_are_no_class(version):
    columns = {"y": ColumnSetting(missing=["-1"])}
    target = target_of(version, ["0", "1", "-1"], columns=columns).target
    assert (target.task, target.classes) == ("binary", ["0", "1"])


def test_long_integers_are_classes_that_stay_apart(version):
    words = [str(10**17 + k) for k in range(40)]
    target = target_of(version, words).target
    assert target.task == "multiclass"
    assert set(target.classes) == set(words)
