"""What decided a type: exact contributions, and three facts in plain words."""

import numpy as np
import pytest

from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.classify import evidence_of
from pipeweave_dagster.core.schema.type_model.contributions import contributions
from pipeweave_dagster.core.schema.type_model.features import (
    Evidence,
    feature_groups,
    feature_vector,
)
from pipeweave_dagster.core.schema.type_model.type_facts import (
    deciding_facts,
    group_of_features,
    stems_of,
)

COLUMNS = [
    Evidence("V17", 500, 0, 7, 3.0, 1.9, 1, 7, ("3", "1", "7", "2", "5")),
    Evidence("status code", 500, 20, 4, 0, 0, 0, 0, ("A12", "B07", "A12", "C99", "A12")),
    Evidence("review", 500, 0, 499, 0, 0, 0, 0, ("I liked it a lot, really.",) * 5),
]


def test_every_input_of_the_forests_has_a_group():
    assert len(feature_groups()) == len(feature_vector(COLUMNS[0]))
    assert len(group_of_features()) == forests.inputs_of(COLUMNS).shape[1]


@pytest.mark.parametrize(("preferred", "other"), [(0, 1), (8, 0), (3, 7)])
def test_contributions_add_up_to_the_output_of_the_forests(preferred, other):
    model, inputs = forests.load_model(), forests.inputs_of(COLUMNS)
    found = contributions(inputs, [preferred] * 3, [other] * 3).sum(1)
    leaf = model["feature"] < 0
    expected = np.zeros(3)
    for roots in (model["first"], model["second"]):
        logits = forests._trees(inputs, roots, model)
        expected += (logits[:, preferred] - logits[:, other]) / 2
        everything = np.sort(np.concatenate([model["first"], model["second"]]))
        for sign, chosen in ((1, preferred), (-1, other)):
            for root in roots[chosen :: len(forests.CLASSES)]:
                after = everything[everything > root]
                end = after[0] if len(after) else len(leaf)
                own = model["threshold"][root:end][leaf[root:end]]
                expected -= sign * own.astype(float).mean() / 2
    assert np.allclose(found, expected, atol=1e-4)


def test_the_strongest_groups_come_first_and_only_those_in_favour():
    groups = group_of_features()
    added = np.zeros(len(groups))
    added[groups.index("distinct")] = 2.0
    added[groups.index("name")] = 3.0
    added[groups.index("missing")] = -5.0
    facts = deciding_facts(COLUMNS, 0, added, stems_of(COLUMNS))
    assert facts == [
        "its name 'V17' has no common word",
        "7 distinct values in 500 rows with a value (1.4%)",
    ]


@pytest.mark.parametrize(
    ("place", "group", "fact"),
    [
        (1, "name", "its name 'status code' has the common words 'status', 'code'"),
        (1, "values", "its values have the forms A99 and"),
        (1, "missing", "4.0% of its values are missing"),
        (1, "numbers", "its values are not numbers"),
        (0, "numbers", "numbers from 1 to 7"),
        (0, "rows", "the table has 500 rows"),
        (0, "neighbours", "the column beside it, 'status code'"),
        (2, "values", "its values have 6 words on average"),
    ],
)
def test_facts_are_those_of_the_column(place, group, fact):
    columns = COLUMNS
    if "forms" in fact:
        samples = ("A12", "b7")
        columns = [*COLUMNS[:1], Evidence("x", 9, 0, 4, 0, 0, 0, 0, samples), COLUMNS[2]]
    groups = group_of_features()
    added = np.zeros(len(groups))
    added[groups.index(group)] = 1.0
    [found] = deciding_facts(columns, place, added, stems_of(columns))
    assert found.startswith(fact)


def test_a_reason_that_overrules_the_rules_names_three_facts(version):
    lines = [f"{i % 9},{i * 7 % 5},{'ab'[i % 2]}" for i in range(300)]
    schema = version("MGODGE,MRELOV,MOSHOOFD\n" + "\n".join(lines)).schema
    reasons = [c.reason for c in schema.columns if "Most columns like this" in c.reason]
    assert reasons
    for reason in reasons:
        assert "Three facts decided: " in reason
        assert "The rules alone suggest" in reason
        assert reason.partition("decided: ")[2].partition(". The rules")[0].count("; ") == 2


def test_values_are_shown_by_their_form_only(version):
    lines = [f"Ann {i} Smith-{i},{i % 3}" for i in range(60)]
    for column in version("qqxz,zzq\n" + "\n".join(lines)).schema.columns:
        assert "Smith" not in column.reason.partition("decided")[2].partition(". The rules")[0]


def test_evidence_is_that_of_the_profile(version):
    from pipeweave_dagster.core.schema.profile_columns import profile_columns

    found = version("aa,bb\n" + "".join(f"{i % 5},{i}.5\n" for i in range(50)))
    profile = profile_columns(found.snapshot, found.data)[0]
    assert evidence_of(profile).distinct == 5
