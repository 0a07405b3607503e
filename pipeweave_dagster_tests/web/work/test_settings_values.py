"""The fields of the form say what the settings say, and a form changes only what was changed."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.web.work.settings_errors import field_of
from pipeweave_dagster.web.work.settings_values import change_of, values_of

COLUMNS = ["Age", "sex", "when", "shop"]
GIVEN = {
    "target": "sex",
    "time_budget_s": 90.5,
    "split": {"time": "when"},
    "id": "shop",
    "sensitive": ["Age", "elsewhere"],
    "columns": {"age": {"type": "numeric"}, "when": {"drop": True}},
}


def changed(given, **fields):
    settings = settings_from(given, "here")
    values = {**values_of(settings, COLUMNS), **fields}
    return change_of(values, settings, COLUMNS)


@pytest.mark.parametrize("given", [{}, GIVEN, {"split": {"random": True}, "weight": "Age"}])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(given):
    assert changed(given) == ({}, ())


@pytest.mark.parametrize(
    ("given", "fields", "patch"),
    [
        ({}, {"target": "none", "metric": "r2"}, {"target": "none", "metric": "r2"}),
        (GIVEN, {"target": "", "time_budget_s": ""}, {"target": None, "time_budget_s": None}),
        (GIVEN, {"split": ""}, {"split": {"time": None}}),
        (GIVEN, {"split": "group", "split_column": "shop"},
         {"split": {"time": None, "group": "shop"}}),
        (GIVEN, {"split": "random"}, {"split": {"time": None, "random": True}}),
        ({"split": {"random": True}}, {"split": ""}, {"split": {"random": False}}),
        (GIVEN, {"use-3": "", "use-0": "id"}, {"id": "Age"}),
        (GIVEN, {"use-3": "weight"}, {"id": None, "weight": "shop"}),
        (GIVEN, {"type-0": ""}, {"columns": {"age": {"type": None}}}),
        (GIVEN, {"use-2": ""}, {"columns": {"when": {"drop": False}}}),
        (GIVEN, {"privacy_default": "mask"}, {"privacy_default": "mask"}),
        (GIVEN, {"train_for": "serving"}, {"train_for": "serving"}),
        ({"train_for": "serving"}, {"train_for": "accuracy"}, {"train_for": "accuracy"}),
        ({"privacy_default": "mask"}, {"privacy_default": ""}, {"privacy_default": None}),
        (GIVEN, {"privacy-0": "mask"}, {"columns": {"age": {"privacy": "mask"}}}),
        ({"columns": {"sex": {"privacy": "drop"}}}, {"privacy-1": ""},
         {"columns": {"sex": {"privacy": None}}}),
    ],
)  # fmt: skip
def test_what_changes_is_written_under_the_keys_of_the_file(given, fields, patch):
    assert changed(given, **fields) == (patch, ())
    settings = settings_from(merge_settings(given, patch), "here")
    again = {**values_of(settings_from(given, "here"), COLUMNS), **fields}
    shown = values_of(settings, COLUMNS)
    assert {k: v for k, v in again.items() if k != "split_column"} == {
        k: v for k, v in shown.items() if k != "split_column"
    }


def test_a_form_without_the_purpose_leaves_it():
    assert changed({"train_for": "serving"}, train_for="") == ({}, ())
    assert changed({}, train_for="") == ({}, ())


def test_sensitive_columns_that_the_form_does_not_show_are_kept():
    change = changed(GIVEN, **{"sensitive-0": "", "sensitive-1": "yes"})
    assert change == ({"sensitive": ["sex", "elsewhere"]}, ("sensitive",))


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"time_budget_s": "-1"}, "time_budget_s"),
        ({"time_budget_s": "inf"}, "time_budget_s"),
        ({"time_budget_s": "soon"}, "time_budget_s"),
        ({"split": "time"}, "split_column"),
        ({"split": "x"}, "split_column"),
        ({"use-0": "id", "use-1": "id"}, "id"),
    ],
)
def test_a_mistake_names_its_field(fields, key):
    with pytest.raises(PipeWeaveError) as caught:
        changed({}, **fields)
    assert field_of(caught.value) == key


def test_settings_of_other_columns_are_left_alone():
    settings = DatasetSettings.model_validate({"columns": {"gone": {"drop": True}}})
    assert change_of(values_of(settings, COLUMNS), settings, COLUMNS) == ({}, ())
