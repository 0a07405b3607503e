"""Promotion and rollback need a reason and a role; two versions are compared; a row is tried."""

import contextlib
import re
from types import SimpleNamespace

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.documents import Comparison
from pipeweave_dagster.core.errors import unavailable, validation_error
from pipeweave_dagster.core.prediction.what_if import ModelInput, RowPrediction
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.usable_versions import Usable
from pipeweave_dagster.web.work import model_pages, try_pages
from pipeweave_dagster.web.work.benches import Benches
from pipeweave_dagster_tests.factories.registry import Registry, register

PATH = "/datasets/demo/models"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def approver(person, monkeypatch):
    """An approver in front of two versions, of which the second is the champion."""
    ada = person(Role.APPROVER)
    for version, score in (("1", 0.7), ("2", 0.8)):
        register(ada.store, version, score)
    registry = Registry(ada.store)
    monkeypatch.setattr(Benches, "kept", lambda _: contextlib.nullcontext(registry))
    for version in ("1", "2"):
        set_alias(registry, "demo", version, "champion")
    return ada


def test_versions_are_listed_and_compared(approver):
    page = approver.opens(f"{PATH}?a=1&b=2").text
    assert "Version 1" in page
    assert "roc_auc" in page
    assert "features: " in page
    assert "different test rows" in page
    assert approver.opens(f"{PATH}?a=1&b=9").status_code == 404


@pytest.mark.parametrize("pair", ["a=1&b=3", "a=3&b=1"])
def test_a_comparison_shows_the_paired_test_of_the_gate(approver, pair):
    test = Comparison(
        other="champion, version 1", rows=169, difference=-0.12, low=-0.18, high=-0.07,
        verdict="worse", of=169,
    )  # fmt: skip
    register(approver.store, "3", 0.6, "challenger", comparison=test)
    page = approver.opens(f"{PATH}?{pair}").text
    assert "which neither model has learned from, version 3 is significantly worse" in page
    assert "roc_auc: 0.12 worse (95 % interval: 0.18 worse to 0.07 worse)" in page
    assert "different test rows" not in page
    assert "different test rows" in approver.opens(f"{PATH}?a=2&b=3").text


def test_a_refusal_of_the_gate_names_the_fields_of_the_form(approver, monkeypatch):
    def refused(*_, **__):
        raise validation_error("It is worse.", fix="Add --force --reason TEXT.", failed=["score"])

    monkeypatch.setattr(model_pages, "promote_version", refused)
    page = approver.sends(f"{PATH}/promote", {"version": "1", "reason": "fits"}).text
    assert "--force" not in page
    assert "give a reason and tick" in page
    assert page.count("In spite of a failed check") == 2


def test_a_promotion_is_recorded_with_its_reason(approver, monkeypatch):
    asked = []

    def promoted(bench, dataset, version, reason, *, force):
        asked.append((dataset, version, reason, force))
        if force:
            return SimpleNamespace(is_open=False)
        raise validation_error("calibration: it is off.", fix="Use --force.")

    monkeypatch.setattr(model_pages, "promote_version", promoted)
    fields = {"version": "1", "reason": "fits the budget"}
    refused = approver.sends(f"{PATH}/promote", fields)
    assert refused.status_code == 422
    assert "calibration: it is off." in refused.text
    assert "Say why" in approver.sends(f"{PATH}/promote", {"version": "1"}).text
    done = approver.sends(f"{PATH}/promote", fields | {"force": "yes"})
    assert done.headers["location"] == PATH
    assert asked == [
        ("demo", "1", "fits the budget", False),
        ("demo", "1", "fits the budget", True),
    ]


def test_a_rollback_moves_the_champion_back(approver, monkeypatch):
    first = "pipeweave_dagster.services.promotion.first_usable"
    monkeypatch.setattr(first, lambda *known: Usable(known[-1][0], {}))
    assert "Say why" in approver.sends(f"{PATH}/rollback").text
    done = approver.sends(f"{PATH}/rollback", {"reason": "complaints of users"})
    assert done.status_code == 303
    last = moves_of(approver.store, "demo")[-2].cause
    assert (last.how, last.by, last.reason) == ("rollback", "a-approver", "complaints of users")
    entry = [*audit.entries(approver.store)][-1]
    assert (entry.action, entry.who, entry.version) == ("rollback", "a-approver", "1")
    page = approver.opens(PATH).text
    assert '<span>1 <span class="badge passed">champion</span></span>' in page


@pytest.fixture
def viewer(approver, person, monkeypatch):
    """Somebody who tries the model, which predicts the first value."""
    inputs = [
        ModelInput(name=HOSTILE, type="text", typical="a", choices=["a", HOSTILE]),
        ModelInput(name="size", type="number", typical="5", low=1, high=9, span="1 to 9"),
    ]

    def predicted(bench, dataset, version, row):
        if row["size"] == "tall":
            raise validation_error("'tall' is not a number.")
        return RowPrediction(
            prediction=row[HOSTILE] or "nothing",
            probabilities={"a": 0.75},
            interval='["a"]',
            reasons={"size": -0.5},
        )

    monkeypatch.setattr(try_pages, "inputs_of", lambda *_: inputs)
    monkeypatch.setattr(try_pages, "try_row", predicted)
    return person(Role.VIEWER)


def test_a_change_of_a_value_shows_its_prediction(viewer):
    page = viewer.opens("/datasets/demo/try").text
    assert 'value="5"' in page
    assert HOSTILE not in page
    fields = {"value-0": HOSTILE, "value-1": "7", "part": "yes"}
    token = viewer.token("/datasets/demo/try")
    part = viewer.sends("/datasets/demo/try", fields, token)
    assert part.headers["x-part"] == "yes"
    assert "&lt;script&gt;" in part.text
    assert "0.750" in part.text
    assert "-0.5" in part.text
    assert "<h1>" not in part.text
    whole = viewer.sends("/datasets/demo/try", {"value-1": "7"}, token)
    assert 'value="7"' in whole.text
    assert "nothing" in whole.text
    assert "not a number" in viewer.sends("/datasets/demo/try", {"value-1": "tall"}, token).text


def test_the_span_of_a_number_describes_its_field_and_texts_have_none(viewer):
    page = viewer.opens("/datasets/demo/try").text
    (text, number) = re.findall(r'<input id="value-[^>]*>(?:<span[^>]*>[^<]*</span>)?', page)
    assert number.endswith('<span class="soft" id="range-1">1 to 9</span>')
    assert 'aria-describedby="range-1"' in number
    assert "span" not in text
    assert "aria-describedby" not in text


def test_a_failure_of_the_worker_is_no_answer(viewer, monkeypatch):
    def fails(*_):
        raise unavailable("The worker is busy.")

    monkeypatch.setattr(try_pages, "try_row", fails)
    assert viewer.opens("/datasets/demo/try").status_code == 503


def test_costs_that_are_no_numbers_are_refused(viewer):
    fields = {"threshold": "0.4", "false_positive": "-1", "false_negative": "1"}
    token = viewer.token("/datasets/demo/try")
    refused = viewer.sends("/datasets/demo/threshold", fields, token)
    assert refused.status_code == 422
    assert "is not a number from 0" in refused.text
