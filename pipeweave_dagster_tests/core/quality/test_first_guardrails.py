"""The guardrails that need no search: target, missing, duplicates, columns, rows, size."""

import random
from typing import get_args

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Override
from pipeweave_dagster.core.documents.findings import Group
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

N = 200
R = random.Random(0)
NOISE = [R.random() for _ in range(N)]
LABEL = [R.choice(["no", "yes"]) for _ in range(N)]


def look(path, columns, target="y", settings=None, **more):
    case = make_dataset(path, columns, target, **more)
    return inspect(case.snapshot, case.schema, case.data, settings or DatasetSettings())


def states(findings, code):
    return [(f.state, *f.columns) for f in findings.findings if f.code == code]


def test_a_clean_table_passes_and_every_group_says_so(tmp_path):
    found = look(tmp_path, {"x": NOISE * 3, "y": LABEL * 3, "k": list(range(3 * N))})
    assert found.blocked == []
    assert {f.group for f in found.findings} == set(get_args(Group))


def test_without_a_target_the_line_stops_and_says_what_to_do(tmp_path):
    found = look(tmp_path, {"x": NOISE}, target=None)
    assert [f.code for f in found.blocked] == ["PW101"]
    assert "target:" in found.blocked[0].proposal


def test_a_constant_target_blocks(tmp_path):
    found = look(tmp_path, {"x": NOISE, "y": ["a"] * N})
    assert [f.code for f in found.blocked] == ["PW102"]


@pytest.mark.parametrize("labels", [["a", "b"] * 5, ["a"] * 46 + ["b"] * 4])
def test_too_few_rows_or_rows_of_a_class_block(tmp_path, labels):
    found = look(tmp_path, {"x": NOISE[: len(labels)], "y": labels})
    assert [f.code for f in found.blocked] == ["PW103"]


def test_rows_without_target_are_counted(tmp_path):
    found = look(tmp_path, {"x": NOISE, "y": [None] * 10 + LABEL[10:]})
    assert states(found, "PW104") == [("alerted", "y")]


def test_a_rare_class_is_an_imbalance(tmp_path):
    found = look(tmp_path, {"x": NOISE, "y": ["a"] * 190 + ["b"] * 10})
    assert states(found, "PW105") == [("fixed", "y")]


def test_the_question_of_the_schema_is_passed_on(tmp_path):
    found = look(tmp_path, {"x": NOISE, "y": LABEL}, question="Is y a rank?")
    assert states(found, "PW106") == [("alerted", "y")]


def test_a_recode_with_one_exception_in_a_thousand_blocks(tmp_path):
    label = LABEL * 10
    recode = [{"no": "P", "yes": "F"}[v] for v in label]
    recode[0], recode[1] = "F" if recode[0] == "P" else "P", recode[1]
    found = look(tmp_path, {"x": NOISE * 10, "copy": recode, "y": label})
    assert [(f.code, f.columns) for f in found.blocked] == [("PW204", ["copy"])]
    assert found.blocked[0].patch == {"columns": {"copy": {"drop": True}}}


def test_an_override_keeps_the_finding_and_its_reason_but_does_not_block(tmp_path):
    settings = DatasetSettings(
        overrides=[Override(finding="PW204", column="copy", reason="known before")]
    )
    found = look(tmp_path, {"copy": LABEL, "y": LABEL}, settings=settings)
    assert found.blocked == []
    assert [f.overridden for f in found.findings if f.code == "PW204"] == ["known before"]


def test_an_override_of_nothing_is_stale(tmp_path):
    settings = DatasetSettings(overrides=[Override(finding="PW204", column="z", reason="why not")])
    found = look(tmp_path, {"x": NOISE, "y": LABEL}, settings=settings)
    assert states(found, "PW508") == [("alerted", "z")]


def test_a_key_that_names_groups_of_few_rows_is_no_proof(tmp_path):
    label = [v for v in LABEL for _ in range(3)]
    key = [f"k{i}" for i in range(N) for _ in range(3)]
    found = look(tmp_path, {"key": key, "y": label})
    assert found.blocked == []


def test_missing_columns_and_constant_columns_are_named(tmp_path):
    columns = {"x": NOISE, "gone": [None] * 150 + NOISE[:50], "one": ["a"] * N, "y": LABEL}
    found = look(tmp_path, columns)
    assert states(found, "PW301") == [("alerted", "gone")]
    assert states(found, "PW501") == [("fixed", "one")]


def test_duplicates_are_counted_with_and_without_identifiers(tmp_path):
    columns = {"id": list(range(2 * N)), "x": NOISE * 2, "z": NOISE * 2, "y": LABEL * 2}
    found = look(tmp_path, columns, roles={"id": "identifier"})
    finding = next(f for f in found.findings if f.code == "PW401")
    assert finding.state == "alerted"
    assert finding.evidence == {"rows": 0, "rows_without_identifiers": N}


def test_repeats_of_a_few_categories_are_to_be_expected(tmp_path):
    found = look(tmp_path, {"x": [i % 3 for i in range(N)], "y": LABEL})
    assert states(found, "PW401") == [("passed",)]


def test_equal_features_with_different_labels_are_counted(tmp_path):
    found = look(
        tmp_path, {"x": NOISE + NOISE[:20], "y": [*LABEL, *("ab" * 10)]}, task="multiclass"
    )
    finding = next(f for f in found.findings if f.code == "PW402")
    assert (finding.state, finding.evidence["groups"]) == ("alerted", 20)


def test_one_to_one_columns_are_redundant(tmp_path):
    numbers = [i % 7 for i in range(N)]
    found = look(tmp_path, {"a": numbers, "b": [f"v{9 - v}" for v in numbers], "y": LABEL})
    assert states(found, "PW403") == [("alerted", "b", "a")]


def test_identifiers_many_categories_and_quarantined_rows(tmp_path):
    columns = {"id": list(range(N)), "city": [f"c{i % 150}" for i in range(N)], "y": LABEL}
    found = look(tmp_path, columns, roles={"id": "identifier"}, quarantined=5)
    assert states(found, "PW502") == [("fixed", "id")]
    assert states(found, "PW503") == [("fixed", "city")]
    assert states(found, "PW601") == [("alerted",)]


@pytest.mark.parametrize(
    ("share", "state"),
    [(0.0, "fixed"), (0.4, "alerted"), (1.0, "fixed")],
    ids=["tells nothing", "tells something", "tells all"],
)
def test_an_identifier_whose_order_tells_something_is_used_and_an_alert_says_so(
    tmp_path, share, state
):
    label = [
        ("yes" if i > 2 * N else "no") if R.random() < share else R.choice(["no", "yes"])
        for i in range(4 * N)
    ]
    columns = {"id": list(range(4 * N)), "x": NOISE * 4, "y": label}
    found = look(tmp_path, columns, roles={"id": "identifier"})
    assert states(found, "PW502") == [(state, "id")]


def test_a_rare_third_class_hides_nothing_that_an_identifier_tells(tmp_path):
    label = ["yes" if i > 2 * N else R.choice(["no", "yes"]) for i in range(4 * N)]
    label[7::90] = ["odd"] * len(label[7::90])
    columns = {"id": list(range(4 * N)), "x": NOISE * 4, "y": label}
    found = look(tmp_path, columns, roles={"id": "identifier"}, task="multiclass")
    assert states(found, "PW502") == [("alerted", "id")]


def test_little_data_is_said(tmp_path):
    assert states(look(tmp_path, {"x": NOISE, "y": LABEL}), "PW801") == [("alerted",)]


def test_equal_inputs_give_equal_documents(tmp_path):
    columns = {"x": NOISE, "copy": LABEL, "y": LABEL}
    assert look(tmp_path, columns).to_json() == look(tmp_path, columns).to_json()
