"""The model card: what the model is, what it learned from, how good it is, what to mind."""

import re
import unicodedata

from pipeweave_dagster.core.documents import Estimate, Evaluation, PipelineSpec, Rate, TrainedModel

_MOST_CLASSES = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def _safe(text: object, limit: int = 200) -> str:
    """Text of unknown origin as plain Markdown text: nothing in it becomes a link or a tag."""
    line = " ".join(str(text).split())[:limit]
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in line)
    return _SPECIAL.sub(r"\\\1", visible)


def _number(found: Estimate | Rate | None, digits: int = 4) -> str:
    if found is None or found.value is None:
        return "-"
    if found.low is None or found.high is None:
        return f"{found.value:.{digits}g}"
    return f"{found.value:.{digits}g} ({found.low:.{digits}g} to {found.high:.{digits}g})"


_FORETOLD = (
    "Each period is foretold from earlier rows: by the model itself where these are test rows, "
    "else by a quick learner. Of the first period (`within`) one half is foretold from the other."
)


def model_card(trained: TrainedModel, spec: PipelineSpec, evaluation: Evaluation) -> str:
    """The card as Markdown; everything in it comes from the documents, nothing by hand."""
    or_weight = " or weight" if spec.weight else ""
    lines = [
        f"# Model card: {_safe(trained.target)}",
        "",
        (
            f"A {trained.task} model that predicts **{_safe(trained.target)}** from "
            f"{len(trained.features)} columns. Winner of the search: "
            f"**{_safe(trained.winner)}**. Verdict: **{trained.verdict}**."
        ),
        "",
        (
            f"Learned from {trained.rows_train} rows, tested on {trained.rows_test} rows that no "
            f"fitting saw ({trained.rows_dropped} rows without a target{or_weight} were left out). "
            f"Split: {_safe(spec.split.reason)}. Use {evaluation.holdout_use} of these test rows"
            + (": scores chosen among several uses flatter." if evaluation.holdout_use > 1 else ".")
        ),
        "",
        *_scores(evaluation),
        *_classes(evaluation, trained.threshold),
        *_leaderboard(trained),
        *_columns(spec, evaluation),
        *_along(evaluation),
        *_segments(evaluation),
        *_fairness(evaluation),
        *_checks(evaluation),
    ]
    if trained.overrides:
        lines += ["## Overridden findings", "", *(f"- {_safe(o)}" for o in trained.overrides), ""]
    notes = [*trained.notes, *evaluation.notes]
    if notes:
        lines += ["## Notes", "", *(f"- {_safe(note, 600)}" for note in notes), ""]
    versions = ", ".join(f"{n} {v}" for n, v in trained.package_versions.items())
    return "\n".join([*lines, f"Made with {versions}.", ""])


def _scores(evaluation: Evaluation) -> list[str]:
    rows = [
        f"| {name} | {_number(value)} | {_number(evaluation.baseline.get(name))} |"
        for name, value in evaluation.metrics.items()
    ]
    head = ["| metric | test rows (95 % interval) | constant model |", "| --- | --- | --- |"]
    return ["## Scores", "", *head, *rows, ""]


def _classes(evaluation: Evaluation, threshold: float | None) -> list[str]:
    shown = evaluation.by_class[:_MOST_CLASSES]
    if not shown:
        return []
    head = ["| class | test rows | precision | recall | F1 |", "| --- | --- | --- | --- | --- |"]
    rows = [
        f"| {_safe(c.label)} | {c.rows} | {_number(c.precision)} | {_number(c.recall)} "
        f"| {_number(c.f1)} |"
        for c in shown
    ]
    left = len(evaluation.by_class) - len(shown)
    more = ["", f"… and {left} more classes; the document holds all."] if left else []
    return ["## Classes", "", *_cut(threshold), *head, *rows, *more, ""]


def _cut(threshold: float | None) -> list[str]:
    """What tells the two tables of scores apart."""
    if threshold is None:
        return []
    told = f"A row is told to be positive from a probability of {threshold:.3g} on"
    return [f"{told}, as the costs ask; the scores above are cut at one half.", ""]


def _leaderboard(trained: TrainedModel) -> list[str]:
    head = [f"| candidate | {trained.metric} in cross-validation | seconds | state |"]
    rows = []
    for trial in trained.leaderboard:
        score = "-" if trial.score is None else f"{trial.score:.4g}"
        spread = "" if trial.score_std is None else f" ± {trial.score_std:.2g}"
        rows.append(
            f"| {_safe(trial.name)} | {score}{spread} | {trial.fit_seconds:.1f} "
            f"| {trial.state} {_safe(trial.note)} |"
        )
    return ["## Candidates", "", *head, "| --- | --- | --- | --- |", *rows, ""]


def _columns(spec: PipelineSpec, evaluation: Evaluation) -> list[str]:
    lines = ["## Columns", "", *_stability(evaluation)]
    ranked = [name for name, e in evaluation.importance.items() if e.above_zero]
    others = [name for name in spec.features if name not in ranked]
    if ranked:
        lines += _importances(ranked, evaluation)
    if others:
        told = "Not distinguishable from nothing (the interval includes 0, or none is known):"
        lines += [told, "", *_importances(others, evaluation)]
    if spec.dropped:
        lines += ["Left out:", ""]
        lines += [f"- {_safe(n)}: {_safe(why, 300)}" for n, why in spec.dropped.items()]
        lines.append("")
    return lines


def _importances(names: list[str], evaluation: Evaluation) -> list[str]:
    rows = [
        f"| {_safe(name)} | {_number(evaluation.importance.get(name))} |" for name in names[:200]
    ]
    return ["| column | importance (95 % interval) |", "| --- | --- |", *rows, ""]


def _stability(evaluation: Evaluation) -> list[str]:
    found = evaluation.stability
    if found is None:
        return []
    mark = "" if found.readable else "**Do not read the importances.** "
    words = f"rank the columns with a correlation of {found.correlation:.2f}."
    return [f"{mark}{found.models} {_safe(found.by)} that learned from other rows {words}", ""]


def _along(evaluation: Evaluation) -> list[str]:
    """Scores along the number of rows, and along time."""
    lines: list[str] = []
    if evaluation.curve is not None:
        head = f"| training rows | {evaluation.metric} on rows held out | on its own rows |"
        lines += [f"## Learning curve ({_safe(evaluation.curve.learner)})", "", head]
        lines += ["| --- | --- | --- |"]
        lines += [
            f"| {p.rows} | {_number(Estimate(value=p.score, low=p.low, high=p.high))} "
            f"| {_number(Estimate(value=p.learned))} |"
            for p in evaluation.curve.points
        ]
        lines.append("")
    if evaluation.periods:
        lines += ["## Scores along time", "", _FORETOLD, ""]
        lines += [f"| period | rows | {evaluation.metric} | by |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {_safe(p.period)} | {p.rows} "
            f"| {_number(Estimate(value=p.score, low=p.low, high=p.high))} | {p.by} |"
            for p in evaluation.periods
        ]
        lines.append("")
    return lines


def _checks(evaluation: Evaluation) -> list[str]:
    asked = [check for check in evaluation.checks if check.state != "not applicable"]
    if not asked:
        return []
    failed = [check for check in asked if check.state == "failed"]
    lines = ["## How the scores came about", ""]
    lines += [f"{len(asked) - len(failed)} of {len(asked)} checks passed.", ""]
    lines += [f"- {c.code} {_safe(c.title)}: {_safe(c.message, 400)}" for c in failed]
    return [*lines, ""] if failed else lines


def _segments(evaluation: Evaluation) -> list[str]:
    if not evaluation.segments:
        return []
    head = ["| rows where | count | loss above the others (95 %) |", "| --- | --- | --- |"]
    rows = [
        f"| {_safe(s.column)}: {_safe(s.values)} | {s.rows} "
        f"| {s.excess:.4g} ({s.low:.4g} to {s.high:.4g}) |"
        for s in evaluation.segments
    ]
    return ["## Where it errs more", "", *head, *rows, ""]


def _fairness(evaluation: Evaluation) -> list[str]:
    head = (
        "| group | rows | told positive | true positive rate | false positive rate "
        "| predicted minus true |"
    )
    lines: list[str] = []
    for found in evaluation.fairness:
        lines += [f"## Groups of {_safe(found.column)}", ""]
        if found.parity_gap is not None:
            odds = "" if found.odds_gap is None else f", of error rates {found.odds_gap:.1%}"
            lines += [f"Largest gap of selection rates {found.parity_gap:.1%}{odds}.", ""]
        lines += [head, "| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| {_safe(g.group)}{' (too few)' if g.small else ''} | {g.rows} "
            + "".join(
                f"| {_number(rate, 3)} "
                for rate in (g.selection, g.true_positive, g.false_positive, g.bias)
            )
            + "|"
            for g in found.groups
        ]
        lines.append("")
    return lines
