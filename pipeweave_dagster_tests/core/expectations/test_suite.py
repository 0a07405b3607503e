"""A suite comes back from a person's hands: right ones are kept, all others are named."""

import json

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.expectations import read_suite, suite_bytes
from pipeweave_dagster.core.expectations.rule import group_of
from pipeweave_dagster.core.expectations.suite import made_of

RULE = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "a"}}


def suite(*rules, **more):
    return json.dumps({"name": "d", "expectations": list(rules), **more}).encode()


def test_a_written_suite_is_read_back(suite_of):
    made = suite_of("a,b\n" + "".join(f"{i},x{i % 3}\n" for i in range(50)))
    assert read_suite(suite_bytes(made), "it") == made
    assert made_of(made) is not None


def test_a_rule_of_a_person_gets_the_group_of_its_type():
    read = read_suite(suite(RULE), "it")
    assert group_of(read["expectations"][0]) == "keys"
    assert made_of(read) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "JSON"),
        (b"[]", "expectations"),
        (suite({"type": "expect_column_values_to_be_unique"}), "rule 1"),
        (suite(RULE, {"type": "expect_me", "kwargs": {}}), "rule 2 has the unknown type"),
        (suite({**RULE, "kwargs": {}}), "rule 1 has no column"),
        (suite({**RULE, "kwargs": {"column": "a", "row_condition": "1"}}), "row_condition"),
        (
            suite(
                {"type": "expect_column_values_to_match_regex",
                 "kwargs": {"column": "a", "regex": "("}}
            ),
            "pattern",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(data, message):
    with pytest.raises(PipeWeaveError, match=message):
        read_suite(data, "The file")
