"""A user's decisions on findings: accept and override, as keys of `pipeweave.yaml`; acknowledge."""

from collections.abc import Iterable
from typing import Any

from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

ALL = "all"


def accept_findings(document: Findings, code: str, column: str | None = None) -> dict[str, Any]:
    """Return the settings that carry out the proposals of findings.

    Args:
        document: The findings.
        code: Code of the findings, or `all`: then suspected leaks are left to the user, who alone
            knows whether a column is available at prediction time.
        column: Only findings about this column; None for every one.

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR if none of them has a
            proposal that settings can carry out.
    """
    patch: dict[str, Any] = {}
    selected = _open_findings(document, code, column)
    for finding in selected:
        if not (code == ALL and is_suspected_leak(finding)):
            patch = merge_settings(patch, finding.patch)
    if not patch and code == ALL:
        raise validation_error(
            "No open finding has a proposal that settings can carry out, apart from suspected "
            "leaks, which 'all' leaves to you.",
            fix="Answer findings one by one: --accept CODE (with --column NAME for one column of "
            "several) for each code, one command after the other.",
        )
    if not patch:
        raise validation_error(
            f"{code} has no proposal that a setting can carry out.",
            fix=next(
                (finding.proposal for finding in selected if finding.proposal),
                "Change the data, or override the finding with a reason.",
            ),
        )
    return patch


def override_findings(
    document: Findings, code: str, column: str | None, reason: str | None, facts: dict[str, str]
) -> dict[str, Any]:
    """Return the settings that override findings.

    Args:
        document: The findings.
        code: Code of the findings.
        column: Only findings about this column; None for every one.
        reason: Reason for the override; kept with the model and shown on its card.
        facts: Author and time of the override (`by`, `at`).

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR without a reason.
    """
    if not reason or not reason.strip():
        raise validation_error("An override needs a reason.", fix="Add --reason TEXT.")
    selected = _open_findings(document, code, column)
    columns = {name for finding in selected for name in finding.columns}
    chosen = sorted(columns & {column} if column else columns)
    shared = {"reason": reason, **facts}
    entries = [{"finding": code, "column": name, **shared} for name in chosen]
    return {"overrides": entries or [{"finding": code, **shared}]}


def acknowledged_findings(document: Findings, code: str, column: str | None) -> list[Finding]:
    """Return the findings that an acknowledgement covers: those that do not block.

    Args:
        document: The findings.
        code: Code of the findings.
        column: Only findings about this column; None for every one.

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR if all of them block, or
            for `all`: what is acknowledged unseen is not seen.
    """
    if code == ALL:
        raise validation_error(
            "Findings are acknowledged by their code.", fix="Name one code, such as PW801."
        )
    selected = _open_findings(document, code, column)
    covered = [finding for finding in selected if finding.state != "blocked"]
    if not covered:
        raise validation_error(
            f"{code} stops runs, and would go on to do so.",
            fix="Accept its proposal, or override it with a reason.",
        )
    return covered


def is_suspected_leak(finding: Finding) -> bool:
    """Return whether a finding only asks if a column is known before the outcome."""
    return finding.group == "leakage" and finding.state == "alerted"


def _open_findings(document: Findings, code: str, column: str | None) -> list[Finding]:
    """Return the findings of a code (and column) that neither passed nor were overridden."""
    unresolved = [f for f in document.findings if f.state != "passed" and f.overridden is None]
    matching = [
        f for f in unresolved if code in {ALL, f.code} and (column is None or column in f.columns)
    ]
    if not matching:
        codes = ", ".join(sorted({f.code for f in unresolved})) or "none"
        about = f" for column {column!r}" if column else ""
        hint = unknown_column_hint(column, {n for f in document.findings for n in f.columns})
        fix = f"{hint} Open findings: {codes}.".strip()
        raise not_found(f"There is no open finding {code}{about}.", fix=fix)
    return matching


def unknown_column_hint(column: str | None, known: Iterable[str]) -> str:
    """Return which of the known columns may be meant by one that is not among them.

    Example:
        >>> unknown_column_hint("Umsatz", ["Ort", "Umsatz €"]), unknown_column_hint("Ort", ["Ort"])
        ("Did you mean 'Umsatz €'?", '')
    """
    names = sorted(known)
    return "" if column is None or column in names else did_you_mean(nearest_names(column, names))
