"""Settings that accept a proposal are said in plain words, and as they are written."""

import pytest
import yaml

from pipeweave_dagster.core.quality.guardrail import drop
from pipeweave_dagster.core.quality.patch_text import patch_text, setting_text


def missing(*columns, text="?"):
    return {"columns": {name: {"missing": [text]} for name in columns}}


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        ({}, ""),
        (drop("late"), "drop 'late'"),
        (drop("a", "b", "c"), "drop 'a', 'b' and 'c'"),
        (drop(*"abcdef"), "drop 'a', 'b' and 4 others"),
        (missing("age", text="-999"), "read '-999' as missing in 'age'"),
        (missing("a", "b"), "read '?' as missing in 'a' and 'b'"),
        ({"columns": {"a": {"merge_spellings": True}}}, "merge the spellings in 'a'"),
        ({"columns": {"a": {"type": "text"}}}, "set type of 'a' to 'text'"),
        ({"split": {"time": "day"}}, "test on the latest rows by 'day'"),
        ({"target": "y", "task": "binary"}, "predict 'y'; treat the target as 'binary'"),
        ({"metric": "log_loss"}, "select models by 'log_loss'"),
        ({"new": 1}, "set new in pipeweave.yaml"),
    ],
)
def test_a_patch_is_said_in_plain_words(patch, text):
    assert patch_text(patch) == text


@pytest.mark.parametrize("name", ["age", "a b", "no", "1", "x: {", "'q'", "ä"])
def test_a_setting_can_be_copied_into_the_file(name):
    text = setting_text(missing(name, text="-999"))
    assert yaml.safe_load(text) == missing(name, text="-999")


def test_a_setting_of_many_columns_shows_the_first():
    shown = setting_text(missing(*"abcdef"))
    assert shown.endswith('c: {missing: ["?"]}}, and the same for the other 3')
    assert setting_text({"split": {"time": "day"}}) == "split: {time: day}"
