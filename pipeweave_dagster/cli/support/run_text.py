"""The summary of a run as text for the terminal."""

import socket
from typing import Any
from urllib.parse import urlsplit

from pipeweave_dagster.cli.support.output import columns, plain
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import lack_of_time
from pipeweave_dagster.core.trial_states import explained, extension_text, winner_text
from pipeweave_dagster.services.reading_text import note_lines

_MOST_REASON = 1_500
"""Characters of the reason for an alias: it ends with the command that decides otherwise."""
_SHOWN_TRIALS = 12
_LINKS = "Links open while 'pipeweave dev' is running"


def as_text(facts: dict[str, Any]) -> str:
    """Return the summary of a run as text for the terminal."""
    lines = [""]
    data, target = facts["data"], facts["target"]
    if data:
        lines.append(
            f"{facts['dataset']}: {counted(data['rows'], 'row')} x "
            f"{counted(data['columns'], 'column')}"
            f" ({data['rows_quarantined']:,} quarantined)"
        )
        lines += note_lines(data["notes"])
    if target:
        lines.append(f"Target: {plain(target['name'] or 'none')} - {plain(target['reason'])}")
        if target["question"]:
            lines.append(f"Question: {plain(target['question'])}")
    if facts["findings"] is not None:
        lines += _findings_text(facts["findings"])
    if facts["model"]:
        lines += _model_text(facts["model"], facts["dataset"])
    if facts["no_model"]:
        lines += ["", plain(facts["no_model"], 800)]
    if facts["reused"]:
        lines.append(f"Reused, because their inputs are unchanged: {', '.join(facts['reused'])}")
    if facts.get("seconds") is not None:
        lines.append(f"The whole command took {facts['seconds']:.0f} s, including its start.")
    lines.append("")
    lines += [f"{name.replace('_', ' '):>14}  {link}" for name, link in facts["links"].items()]
    if not _is_listening(facts["links"]["dagster_run"]):
        file = "; the report file opens without it" if "report_file" in facts["links"] else ""
        lines.append(f"{_LINKS}{file}.")
    return "\n".join(lines)


def _is_listening(address: str) -> bool:
    """Return whether a server listens at an address."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=0.3).close()
    except OSError:
        return False
    return True


def state_text(state: str, overridden: str | None) -> str:
    """Return the state of a finding as it is shown; one that the user overrides stops no run."""
    return state if overridden is None else "overridden"


def _findings_text(findings: list[dict[str, Any]]) -> list[str]:
    if not findings:
        return ["Findings: none"]
    lines = ["", "Findings"]
    order = {"blocked": 0, "alerted": 1, "fixed": 2}
    shown = [(state_text(f["state"], f.get("overridden")), f) for f in findings]
    # What was acknowledged needs no action, so it never takes the place of what does.
    worst = sorted(shown, key=lambda e: order.get(e[0], 3) + 3 * bool(e[1].get("acknowledged")))[
        :12
    ]
    lines += [
        f"  {state:<8} {f['code']}  {plain(f['message'], 500)}"
        f"{' (acknowledged)' if f.get('acknowledged') else ''}"
        for state, f in worst
    ]
    if len(findings) > 12:
        lines.append(f"  … and {len(findings) - 12} more; see 'pipeweave findings'")
    return lines


def _model_text(model: dict[str, Any], dataset: str) -> list[str]:
    rows = [
        (
            t["name"],
            "-" if t["score"] is None else f"{t['score']:.4g}",
            "-" if t["score_std"] is None else f"{t['score_std']:.2g}",
            str(t.get("folds") or "-"),
            f"{t['fit_seconds']:.1f}",
            t["state"],
        )
        for t in model["leaderboard"][:_SHOWN_TRIALS]
    ]
    header = ["candidate", model["metric"], "std", "folds", "seconds", "state"]
    lines = [
        "",
        "Leaderboard (cross-validation scores on the training rows)",
        columns(header, rows),
        explained(state for *_, state in rows),
    ]
    if rows and model["leaderboard"][0].get("note"):
        lines.append(f"{rows[0][0]}: {plain(model['leaderboard'][0]['note'], 500)}.")
    lines.append("")
    score = f", {model['score']} on {model['rows_test']:,} test rows" if model.get("score") else ""
    lines.append(f"Model: {winner_text(model['winner'], model['verdict'])}{score}")
    if model.get("alias") in ("none", "challenger"):
        lines.append(f"Not promoted: {plain(model['alias_reason'], _MOST_REASON)}")
    elif model.get("alias_reason"):
        lines.append(f"Champion: {plain(model['alias_reason'], _MOST_REASON)}")
    notes = (model.get("few_rows"), model.get("unpredicted"))
    lines += [plain(note, 800) for note in notes if note]
    if model["serving_note"]:
        lines.append(plain(model["serving_note"], 600))
    if model["extended_to_s"]:
        longer = (model["budget_s"], model["extended_to_s"], model["processor_share"])
        lines.append(extension_text(*longer))
    if model.get("dropped"):
        lines.append(
            f"{lack_of_time(model['dropped'], model.get('cut', []))} "
            f"'pipeweave evaluate {dataset} --full' computes them."
        )
    if model["sampled_of"]:
        read = model["rows_train"] + model["rows_test"]
        why = ", because no more fit into memory" if model["rows_fit"] else ""
        lines.append(f"Searched on a sample of {read:,} of {model['sampled_of']:,} rows{why}.")
    return lines
