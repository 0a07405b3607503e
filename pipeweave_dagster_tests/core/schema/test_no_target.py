"""A table without a target: it waits for one, or none is wanted."""

import pytest

from pipeweave_dagster.core.schema.no_target import why_no_model


@pytest.fixture
def schema_of(version):
    return lambda text, **settings: version(text, **settings).schema


NUMBERS = "".join(f"{i}.5,{i * 2}.25\n" for i in range(30))


@pytest.mark.parametrize("wish", ["none", "None", " NONE "])
def test_no_target_is_wanted(schema_of, wish):
    target = schema_of("a,churn\n" + NUMBERS, target=wish).target
    assert (target.name, target.task, target.source) == (None, None, "settings")
    assert "No target is wanted" in why_no_model(target)


@pytest.mark.parametrize("wish", ["none", "None"])
def test_a_column_called_none_is_the_target(schema_of, wish):
    target = schema_of("a,b,none\n" + NUMBERS.replace("\n", ",1.5\n"), target=wish).target
    assert (target.name, target.source) == ("none", "settings")


def test_what_waits_for_a_target_offers_candidates_that_are_cut(schema_of):
    long = "n" * 200
    target = schema_of(f"a,{long}\n" + NUMBERS).target
    reason = why_no_model(target)
    assert reason.startswith("Data set ready, waiting for a target.")
    assert "target: NAME" in reason
    assert "--target NAME" in reason
    assert f"Candidates: {'n' * 60}…, a." in reason
    assert why_no_model(schema_of("a,b\n" + NUMBERS, target="b").target) == ""
