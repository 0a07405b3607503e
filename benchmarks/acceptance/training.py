"""Rows of training: what a short training of real sets comes to (TRN, EVA-01, EVA-08, EXP)."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from methodology import leaky
from sklearn import metrics as reference

from acceptance.common import Check
from acceptance.margins import margins
from acceptance.models import NOISE, Model, Trainer
from pipeweave_dagster.core.documents import Evaluation
from pipeweave_dagster.core.evaluation.audit.canary import run_canary
from pipeweave_dagster.core.evaluation.promotion import promote
from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores, score
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.search.cv_result import run_fold

TEN = (
    "german_credit", "pima_diabetes", "telco_churn", "hr_attrition_ibm", "white_wine_quality",
    "landsat_satellite", "dc_characters_align", "abalone", "california_housing",
    "concrete_strength",
)  # fmt: skip
SHUFFLED = (
    "adult_income", "german_credit", "white_wine_quality", "landsat_satellite",
    "california_housing",
)  # fmt: skip
_SHUFFLED_BUDGET_S = 20
_FAMILY_ROWS = 800
_FAMILY_LIMIT_S = 60
_UNSTABLE = "forest_fires"


def noisy(table: pd.DataFrame, target: str) -> pd.DataFrame:
    """The table with a column that says nothing."""
    del target
    return table.assign(**{NOISE: np.random.default_rng(1).normal(size=len(table)).round(4)})


def shuffled(table: pd.DataFrame, target: str) -> pd.DataFrame:
    """The table with its targets in another order."""
    order = np.random.default_rng(11).permutation(len(table))
    return table.assign(**{target: table[target].to_numpy()[order]})


def bad_branch(table: pd.DataFrame, target: str) -> pd.DataFrame:
    """The table with a branch of 5 % of the rows, half of whose targets are wrong."""
    rng = np.random.default_rng(7)
    bad = rng.random(len(table)) < 0.05
    wrong = bad & (rng.random(len(table)) < 0.5)
    first, second = table[target].unique()
    other = table[target].map({first: second, second: first})
    branch = np.where(bad, "bad", rng.choice(list("abcdef"), len(table)))
    return table.assign(branch=branch, **{target: table[target].mask(wrong, other)})


def ten(trainer: Trainer) -> Iterator[tuple[str, Model]]:
    """Ten sets of all tasks, each with a column of noise beside its own."""
    for name in TEN:
        yield name, trainer.model(name, "noise", noisy)


def families(trainer: Trainer) -> Iterator[Check]:
    """Every family on ten sets of all tasks, one fold of at most 800 rows.

    Few rows leave some classes with one or two: a family may decline them, with a reason.
    """
    failed, done, declined = [], 0, 0
    for name in TEN:
        read, _, spec = trainer.planned(name)
        training_set = make_training_set(
            spec, sample_rows(read_table(spec, read.data), _FAMILY_ROWS), seed=0
        )
        cache = FoldCache(training_set.problem)
        for family in FAMILIES:
            try:
                until = time.monotonic() + _FAMILY_LIMIT_S
                run = run_fold(Candidate(family, family), 0, cache, spec.metric, until)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                if "too few rows of a class" in str(error):
                    declined += 1
                    continue
                failed.append(f"{name} {family}: {type(error).__name__} {error}"[:120])
                continue
            done += bool(np.isfinite(run.output).all())
    every = len(TEN) * len(FAMILIES)
    told = f"{done} of {every}, {declined} decline rare classes {'; '.join(failed)}"
    good = done + declined == every and declined <= every / 20
    yield Check("TRN-01", f"{len(FAMILIES)} families on 10 sets answer", told, good)


def whole(trainer: Trainer) -> Iterator[Check]:
    """Ten short trainings, of all tasks."""
    good = [name for name, model in ten(trainer) if model.trained.verdict == "model"]
    tasks = {model.spec.task for _, model in ten(trainer)}
    yield Check(
        "TRN-01", "10 sets of 3 tasks train, with a model", f"{len(good)}, {sorted(tasks)}",
        len(good) == len(TEN) and len(tasks) == 3,
    )  # fmt: skip


def chance(trainer: Trainer) -> Iterator[Check]:
    """A shuffled target is no model, and what comes of it does not answer."""
    verdicts, gates = {}, {}
    for name in SHUFFLED:
        model = trainer.model(name, "shuffled", shuffled, _SHUFFLED_BUDGET_S)
        verdicts[name] = model.trained.verdict
        told = Evaluation(
            rows=model.trained.rows_test, metric=model.trained.metric, metrics={}, baseline={},
            verdict=model.trained.verdict,
        )  # fmt: skip
        gates[name] = promote(told, None).alias
    none = sum(v == "no signal" for v in verdicts.values())
    yield Check("TRN-02", "5 shuffled targets: no signal", f"{none} {verdicts}", none == 5)
    closed = sum(alias == "none" for alias in gates.values())
    yield Check("EVA-08", "none of them passes the gate", f"{closed} of 5", closed == 5)


def canary(trainer: Trainer) -> Iterator[Check]:
    """The canary of a real set lives, and dies where features are fitted outside the folds."""
    read, _, spec = trainer.planned("telco_churn")
    table = read_table(spec, read.data)
    honest = run_canary(spec, table, seconds=120)
    with mock.patch.object(FoldCache, "_compute", leaky):
        planted = run_canary(spec, table, seconds=120)
    yield Check(
        "PIP-07", "canary of telco_churn lives, and trips on a planted leak",
        f"z {honest.z}, then {planted.z} (critical {honest.critical})",
        (honest.state, planted.state) == ("passed", "tripped"),
    )  # fmt: skip


def mixtures(trainer: Trainer) -> Iterator[Check]:
    """The mixture against the best single candidate, on the folds that both have."""
    good, several = 0, 0
    for _, model in ten(trainer):
        board = model.trained.leaderboard
        sign = 1.0 if model.trained.greater_is_better else -1.0
        singles = [sign * t.score for t in board[1:] if t.state == "done" and t.score is not None]
        first = board[0].score
        several += board[0].family == "ensemble"
        good += first is not None and sign * first >= max(singles, default=-np.inf) - 1e-12
    yield Check(
        "TRN-10", "the choice is not worse than the best single one, at least 8 of 10",
        f"{good} ({several} mixtures)", good >= 8,
    )  # fmt: skip


def replays(trainer: Trainer) -> Iterator[Check]:
    """The replay of a recipe against the model, on the test rows."""
    equal, largest = 0, 0.0
    for _, model in ten(trainer):
        out = model.folder / "again"
        out.mkdir()
        trainer.worker.call(
            600, replay, spec=model.spec, trained=model.trained,
            data=model.read.data, out=out,
        )  # fmt: skip
        rows = model.outcome.features
        before, after = (
            raw_scores(load_bundle(folder / "model.skops"), rows) for folder in (model.folder, out)
        )
        equal += bool(np.array_equal(before, after))
        largest = max(largest, float(np.abs(before - after).max()))
    yield Check(
        "TRN-14", "replays answer bit-equally, 10 of 10", f"{equal}, largest {largest:.1g}",
        equal == len(TEN),
    )  # fmt: skip


def same_metrics(trainer: Trainer) -> Iterator[Check]:
    """What the evaluation tells against scikit-learn on the same rows."""
    largest, counted = 0.0, 0
    for _, model in ten(trainer):
        for name, expected in _expected(model).items():
            found = model.evaluation.metrics[name].value
            assert found is not None
            # Errors in the unit of the target may be of any size: 3e-10 of 50,000 is rounding.
            off = abs(found - expected) / max(1.0, abs(expected))
            largest, counted = max(largest, off), counted + 1
    yield Check(
        "EVA-01", f"{counted} metrics of 10 sets equal scikit-learn's to 1e-12 of them",
        f"largest difference {largest:.1g}", largest <= 1e-12,
    )  # fmt: skip


def _expected(model: Model) -> dict[str, float]:
    y, p = model.outcome.y, model.outcome.output
    if model.spec.task == "regression":
        return {
            "rmse": reference.root_mean_squared_error(y, p),
            "mae": reference.mean_absolute_error(y, p),
            "median_absolute_error": reference.median_absolute_error(y, p),
            "r2": reference.r2_score(y, p),
        }
    said, labels = p.argmax(axis=1), list(range(p.shape[1]))
    found = {
        # Sums of XGBoost's single precision are off by 1e-8, which scikit-learn leaves as they are.
        "log_loss": reference.log_loss(y, p / p.sum(axis=1, keepdims=True), labels=labels),
        "accuracy": reference.accuracy_score(y, said),
        "balanced_accuracy": reference.balanced_accuracy_score(y, said),
        "f1_macro": reference.f1_score(y, said, average="macro"),
        "f1_weighted": reference.f1_score(y, said, average="weighted"),
    }
    if model.spec.task == "multiclass":
        for average in ("macro", "weighted"):
            precision, recall, _, _ = reference.precision_recall_fscore_support(
                y, said, average=average, zero_division=0
            )
            found |= {f"precision_{average}": precision, f"recall_{average}": recall}
    if model.spec.task == "binary":
        found |= {
            "roc_auc": reference.roc_auc_score(y, p[:, 1]),
            "average_precision": reference.average_precision_score(y, p[:, 1]),
            "brier": reference.brier_score_loss(y, p[:, 1]),
            "f1": reference.f1_score(y, said),
            "precision": reference.precision_score(y, said),
            "recall": reference.recall_score(y, said),
        }
    return found


def noise(trainer: Trainer) -> Iterator[Check]:
    """The column of noise among the importances on test rows, as they are told.

    Only columns that can be told from nothing are ranked; what is not ranked is in no half.
    """
    low, told_apart, places, ranked, columns = 0, 0, [], 0, 0
    for _, model in ten(trainer):
        told = model.evaluation.importance
        order = [name for name, estimate in told.items() if estimate.above_zero]
        ranked, columns = ranked + len(order), columns + len(told)
        place = order.index(NOISE) + 1 if NOISE in order else None
        told_apart += place is not None
        low += place is None or place > len(told) / 2
        unranked = "unranked" if NOISE in told else "no value"
        places.append(unranked if place is None else f"{place}/{len(told)}")
    yield Check(
        "EXP-01", "a column of noise is never in the top half", f"{low} of 10: {' '.join(places)}",
        low == len(TEN),
    )  # fmt: skip
    yield Check(
        "EXP-01", "intervals tell it from nothing on at most 1 of 10 sets, and most others",
        f"{told_apart} of 10; {ranked} of {columns} columns are ranked",
        told_apart <= 1 and ranked > columns / 2,
    )  # fmt: skip


def sums(trainer: Trainer) -> Iterator[Check]:
    """Contributions and base against what the trees say, member by member.

    XGBoost adds up its trees in single precision: its margin itself is off by up to 1e-6 of the
    largest one. So the sum is made here from the leaves, in double precision.
    """
    largest, told, members = 0.0, 0.0, 0
    for _, model in ten(trainer):
        rows = model.outcome.features.head(100)
        features = prepare(rows, model.bundle["frame"])
        for member in model.bundle["members"]:
            transformer, estimator = member["pipeline"][0], member["pipeline"][-1]
            if not hasattr(estimator, "booster_") and not hasattr(estimator, "get_booster"):
                continue
            found = contributions({**model.bundle, "members": [member]}, rows)
            if found is None:  # of a logarithm
                continue
            added = found.values.sum(axis=1) + found.base
            margin, own = margins(estimator, transformer.transform(features), added.shape)
            scale = max(1.0, float(np.abs(margin).max()))
            largest = max(largest, float(np.abs(added - margin).max()) / scale)
            told, members = max(told, float(np.abs(own - margin).max()) / scale), members + 1
    yield Check(
        "EXP-02", f"contributions and base are the sum of trees to 1e-6, {members} members",
        f"{largest:.1g} of the largest margin (what the libraries tell: {told:.1g})",
        members > 0 and largest <= 1e-6,
    )  # fmt: skip


def reason_time(trainer: Trainer) -> Iterator[Check]:
    """Reasons for 1,000 rows beside scoring them, in CPU time of this process, without loading.

    Asked of the model that was evaluated and of the one that answers.
    """
    ratios, equal = [], True
    for name, model in ten(trainer):
        rows = model.outcome.features
        rows = pd.concat([rows] * (1 + 1000 // len(rows)), ignore_index=True).head(1000)
        answering = load_bundle(model.folder / model.trained.model.name)
        for bundle in (model.bundle, answering):
            scoring, alone = _spent(lambda b=bundle, r=rows: score(b, r))
            both, (beside, _) = _spent(lambda b=bundle, r=rows: with_reasons(b, r))
            equal &= beside[alone.columns].equals(alone)
            ratios.append((both / scoring, name))
    told = ", ".join(f"{ratio:.2f} {name}" for ratio, name in sorted(ratios, reverse=True)[:3])
    middle = np.median([ratio for ratio, _ in ratios])
    yield Check(
        "EXP-03", f"1,000 rows with reasons: below twice scoring, {len(ratios)} models",
        f"median {middle:.2f}, most {told}", max(ratios)[0] < 2,
    )  # fmt: skip
    yield Check("EXP-03", "predictions are the same bit by bit with reasons", str(equal), equal)


def _spent(make: Callable[[], Any]) -> tuple[float, Any]:
    """The least CPU seconds of three calls, and what the last one gave."""
    least, made = np.inf, None
    for _ in range(3):
        began = time.process_time()
        made = make()
        least = min(least, time.process_time() - began)
    return least, made


def stable(trainer: Trainer) -> Iterator[Check]:
    """Importances that can be read, and some that cannot, as the evaluation tells them."""
    for name, wanted in (("california_housing", True), (_UNSTABLE, False)):
        model = trainer.model(name, "noise", noisy) if wanted else trainer.model(name)
        found = model.evaluation.stability
        card = (model.folder / "told" / "model_card.md").read_text(encoding="utf-8")
        marked = "importances are unreliable" in card.lower()
        told = "none" if found is None else f"rank correlation {found.correlation}"
        right = found is not None and found.readable == wanted and marked != wanted
        yield Check("EXP-05", f"{name}: readable {wanted}", f"{told}, marked {marked}", right)


def segments(trainer: Trainer) -> Iterator[Check]:
    """The weakest part of Adult with a planted one."""
    model = trainer.model("adult_income", "branch", bad_branch)
    found = [f"{s.column}: {s.values} from {s.low:.2f}" for s in model.evaluation.segments]
    first = found[0] if found else "none"
    yield Check(
        "EVA-04", "Adult: a planted bad segment is first", "; ".join(found[:3]) or first,
        first.startswith("branch: bad"),
    )  # fmt: skip


def budgets(trainer: Trainer) -> Iterator[Check]:
    """A budget of 60 s; only asked for, as it wants a machine with nothing else to do."""
    late, used = 0, []
    for name in TEN:
        model = trainer.model(name, "sixty", budget_s=60)
        rows = read_table(model.spec, model.read.data).raw.head(20)
        answers = load_bundle(model.folder / model.trained.model.name)
        usable = model.trained.verdict == "model" and score(answers, rows).notna().all(axis=None)
        late += model.used_s > 66 or not usable
        used.append(f"{model.used_s:.0f}")
    yield Check("TRN-05", "60 s done within 66 s on 10 sets", " ".join(used), late == 0)


CHECKS = (
    families, whole, chance, canary, mixtures, replays, same_metrics, noise, sums, reason_time,
    stable, segments,
)  # fmt: skip
