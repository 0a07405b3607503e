"""Accepting and overriding findings, as keys of `pipeweave.yaml`."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Finding, Findings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.quality.guardrail import drop
from pipeweave_dagster.core.quality.user_decisions import accept_findings, override_findings


def finding(code, group, state, *columns, patch=None, **more):
    return Finding(code=code, title="", group=group, state=state, columns=list(columns),
                   message="", patch=patch or {}, **more)  # fmt: skip


@pytest.fixture
def document():
    return Findings(
        findings=[
            finding("PW204", "leakage", "blocked", "copy", patch=drop("copy")),
            finding("PW210", "leakage", "alerted", "strong", patch=drop("strong")),
            finding("PW401", "duplicates", "alerted", proposal="Check the source."),
            finding("PW501", "columns", "fixed", "a", patch=drop("a")),
            finding("PW501", "columns", "fixed", "b", patch=drop("b")),
            finding("PW801", "size", "passed"),
        ]
    )


def test_a_code_accepts_all_its_findings_or_one_column(document):
    assert accept_findings(document, "PW501") == drop("a", "b")
    assert accept_findings(document, "PW501", "b") == drop("b")


def test_all_leaves_suspected_leaks_to_the_user(document):
    assert accept_findings(document, "all") == drop("copy", "a", "b")
    assert accept_findings(document, "PW210") == drop("strong")


def test_a_finding_without_a_patch_gives_its_proposal_as_the_fix(document):
    with pytest.raises(PipeWeaveError, match=r"PW401 has no proposal.*Check the source\."):
        accept_findings(document, "PW401")


@pytest.mark.parametrize("code", ["PW801", "PW999"])
def test_an_unknown_code_names_the_open_findings(document, code):
    with pytest.raises(PipeWeaveError, match="Open findings: PW204, PW210, PW401, PW501") as caught:
        accept_findings(document, code)
    assert caught.value.code == "NOT_FOUND"


def test_a_column_that_no_finding_has_is_near_one_that_has(document):
    with pytest.raises(PipeWeaveError, match="for column 'copi'") as caught:
        accept_findings(document, "PW204", "copi")
    assert caught.value.fix.startswith("Did you mean 'copy'? Open findings: PW204")


def test_an_override_names_column_reason_author_and_time(document):
    facts = {"by": "eva", "at": "2026-01-01"}
    patch = override_findings(document, "PW204", None, "known before", facts)
    [override] = DatasetSettings.model_validate(patch).overrides
    assert (override.finding, override.column) == ("PW204", "copy")
    assert override.attributed_reason == "known before (eva, 2026-01-01)"
    assert "column" not in override_findings(document, "PW401", None, "fine", {})["overrides"][0]


@pytest.mark.parametrize("reason", [None, "  "])
def test_an_override_needs_a_reason(document, reason):
    with pytest.raises(PipeWeaveError, match="needs a reason"):
        override_findings(document, "PW204", None, reason, {})
