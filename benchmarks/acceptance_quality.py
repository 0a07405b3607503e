"""The acceptance rows of guardrails and report (QUA, EDA) on real files.

    python benchmarks/acceptance_quality.py DATA_DIR [--cache DIR] [--only ROW ...] [--train S]

DATA_DIR holds `tabular/INDEX.tsv` and one folder a data set beside it. Prints one line a check:
row, what, expected, got, and whether they agree; ends with 1 if one does not. Rows whose data set
is not there are tests with data of the same shape (`pipeweave_dagster_tests/core`).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from guardrails import Case, prepared, rows_of
from numpy.typing import NDArray
from pandas.util import hash_pandas_object
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    Finding,
    Findings,
    PipelineSpec,
    SplitSetting,
)
from pipeweave_dagster.core.eda import ReportOptions, build_report, render
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.plan import plan
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.quality.case import Case as InspectedCase
from pipeweave_dagster.core.quality.label_noise import positive_probabilities
from pipeweave_dagster.core.quality.user_decisions import accept_findings
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.split import split_rows, strata_of

Line = tuple[str, object, object]
Row = Callable[["Sets"], Iterator[Line]]
ROWS: dict[str, Row] = {}


class Sets:
    """The data sets by name, each read once."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder, self.store = folder, store
        self.index = {row["name"]: row for row in rows_of(folder / "INDEX.tsv")}
        self.case = cache(self._case)
        self.report = cache(self._report)

    def _case(self, name: str) -> Case:
        return prepared(self.folder, self.index[name], self.store)

    def found(self, name: str, settings: DatasetSettings | None = None) -> Findings:
        """The findings of a data set."""
        snapshot, schema, data = self.case(name)
        return inspect(snapshot, schema, data, settings or DatasetSettings())

    def of(self, name: str, code: str, settings: DatasetSettings | None = None) -> list[Finding]:
        """The findings of one code that did not simply pass."""
        told = self.found(name, settings).findings
        return [f for f in told if f.code == code and (f.state != "passed" or f.evidence)]

    def _report(self, name: str) -> tuple[dict[str, Any], str]:
        """Summary and HTML of the report."""
        snapshot, schema, data = self.case(name)
        with tempfile.TemporaryDirectory() as out:
            options = ReportOptions(inline_limit_bytes=1 << 40)
            report = build_report(name, snapshot, schema, data, Path(out), options)
            html = (Path(out) / report.html.name).read_text()
        return report.summary or {}, html


def row(name: str) -> Callable[[Row], Row]:
    """Register the checks of a row."""

    def register(function: Row) -> Row:
        ROWS[name] = function
        return function

    return register


def repeats(sets: Sets, name: str) -> tuple[int, int]:
    """Repeated rows with and without columns that name the row."""
    evidence = sets.of(name, "PW401")
    found = evidence[0].evidence if evidence else {"rows": 0, "rows_without_identifiers": 0}
    return found["rows"], found["rows_without_identifiers"]


@row("QUA-01")
def _states(sets: Sets) -> Iterator[Line]:
    yield "LawSchool is stopped", True, bool(sets.found("law_school").blocked)
    yield "Adult is not", 0, len(sets.found("adult_income").blocked)


@row("QUA-04")
def _duplicates(sets: Sets) -> Iterator[Line]:
    yield "adult-train", 24, repeats(sets, "adult_income")[0]
    yield "mammography", 3334, repeats(sets, "mammography")[0]
    yield "breast-cancer with and without id", (8, 236), repeats(sets, "breast_cancer_wisconsin")
    yield "diamonds", 146, repeats(sets, "diamonds")[0]
    yield "Telco with and without id", (0, 22), repeats(sets, "telco_churn")


@row("QUA-05")
def _contradictions(sets: Sets) -> Iterator[Line]:
    for name, expected in (("adult_income", (1, 2)), ("mammography", (1, 3329))):
        evidence = sets.of(name, "PW402")[0].evidence
        yield f"{name}: groups, rows", expected, (evidence["groups"], evidence["rows"])


@row("QUA-06")
def _constant(sets: Sets) -> Iterator[Line]:
    fixed = [f for f in sets.of("oil_spill", "PW501") if f.state == "fixed"]
    yield "constant columns of oil-spill", 1, len(fixed)


@row("QUA-08")
def _leaks(sets: Sets) -> Iterator[Line]:
    found = sets.found("law_school")
    blocked = {c for f in found.blocked for c in f.columns}
    yield "LawSchool blocked", {"bar2", "bar", "bar_passed"}, blocked
    alerted = {
        c for f in found.findings if (f.group, f.state) == ("leakage", "alerted") for c in f.columns
    }
    yield "LawSchool bar1 alerted", True, "bar1" in alerted
    usable = {"lsat", "gpa", "index6040"} & (blocked | alerted)
    yield "LawSchool honest columns named", set(), usable
    for name in ("adult_income", "pima_diabetes", "telco_churn"):
        yield f"{name} blocks", 0, len(sets.found(name).blocked)


@row("QUA-09")
def _missing_tells(sets: Sets) -> Iterator[Line]:
    blocked = {c for f in sets.found("compas_two_years").blocked for c in f.columns}
    yield "COMPAS blocked", True, {"r_offense_date", "is_recid"} <= blocked
    titanic = {c for f in sets.found("titanic3").blocked for c in f.columns}
    yield "Titanic cabin blocked", False, "cabin" in titanic


@row("QUA-10")
def _time(sets: Sets) -> Iterator[Line]:
    after = {
        name: ColumnSetting(known_at="arrival") for name in ("arr_delay", "arr_time", "air_time")
    }
    told = sets.of("nycflights", "PW201", DatasetSettings(columns=after))
    yield "declared later, blocked", {"arr_time", "air_time"}, {c for f in told for c in f.columns}
    at_random = sets.of("irish_electricity_price", "PW603")
    yield "rows in the order of time alert", True, bool(at_random)
    split = DatasetSettings(split=SplitSetting(time=at_random[0].columns[0] if at_random else ""))
    yield "a split by time does not", [], sets.of("irish_electricity_price", "PW603", split)


@row("QUA-12")
def _straddling(sets: Sets) -> Iterator[Line]:
    snapshot, schema, data = sets.case("mammography")
    given = DatasetSettings(target=schema.target.name, task=schema.target.task)
    spec = plan(snapshot, schema, inspect(snapshot, schema, data, given), given)
    table = read_table(spec, data)
    parts = split_rows(spec.split, table.raw, None, strata_of(table.y, len(table.classes)))
    part = np.full(len(table.y), -1)
    part[parts.train] = parts.fold[parts.train]
    keys = np.unique(hash_pandas_object(table.raw, index=False), return_inverse=True)[1]
    pairs = np.unique(np.column_stack([keys, part]), axis=0)
    torn = np.bincount(pairs[:, 0]) > 1
    rows = np.bincount(keys)
    yield (
        "mammography: equal rows on two sides, but for one block",
        0,
        int(rows[torn & (rows < len(part) / 6)].sum()),
    )
    yield "mammography: every row has a part", len(part), len(parts.train) + len(parts.test)


@row("QUA-13")
def _imbalance(sets: Sets) -> Iterator[Line]:
    for name in ("oil_spill", "mammography"):
        yield f"{name}: metric", "log_loss", sets.of(name, "PW105")[0].patch["metric"]


@row("QUA-14")
def _small(sets: Sets) -> Iterator[Line]:
    yield "horse-colic is said to be small", 1, len(sets.of("horse_colic", "PW801"))


@row("QUA-15")
def _zeros(sets: Sets) -> Iterator[Line]:
    told = {f.columns[0]: f.evidence["rows"] for f in sets.of("diamonds", "PW602")}
    yield "diamonds: rows with a zero x, y or z", {"x": 8, "y": 7, "z": 20}, told


@row("QUA-19")
def _labels(sets: Sets) -> Iterator[Line]:
    snapshot, schema, data = sets.case("adult_income")
    case = InspectedCase.of(snapshot, schema, data, DatasetSettings())
    target, rng = case.target, np.random.default_rng(1)
    wrong = rng.random(len(target.codes)) < 0.05
    flipped = replace(target, codes=np.where(wrong, 1 - target.codes, target.codes))
    columns = [c for c in case.candidate_predictors if c.info.role == "feature" and c.distinct > 1]
    p = positive_probabilities(columns, flipped, case.half_of_row, np.arange(len(wrong)))
    odd = np.where(flipped.codes == flipped.positive, p, 1 - p)
    precision = wrong[np.argsort(odd, kind="stable")[:500]].mean()
    yield (
        f"5 % flipped in Adult: precision@500 {precision:.2f} at least 0.4",
        True,
        precision >= 0.4,
    )
    yield "Adult as it is: no alert", [], sets.of("adult_income", "PW107")


@row("QUA-20")
def _redundant(sets: Sets) -> Iterator[Line]:
    pairs = {frozenset(f.columns) for f in sets.of("law_school", "PW403")}
    named = {n for pair in pairs for n in pair}
    yield "LawSchool: recodes", True, {"sex", "gender", "male"} <= named
    yield "gpa and its recodes", True, {"gpa", "ugpa", "dnn_bar_pass_prediction"} <= named
    groups: list[set[str]] = []
    for pair in pairs:
        joined = set(pair).union(*(g for g in groups if g & pair))
        groups = [g for g in groups if not g & pair] + [joined]
    every = sum(len(g) * (len(g) - 1) // 2 for g in groups)
    yield "pairs, with the leak bar2/pass_bar", 9, every + 1


@row("QUA-21")
def _proposals(sets: Sets) -> Iterator[Line]:
    for name in ("adult_income", "telco_churn", "pima_diabetes", "air_quality_uci", "law_school"):
        told = [f for f in sets.found(name).findings if f.state in {"alerted", "blocked"}]
        yield f"{name}: findings without proposal", [], [f.code for f in told if not f.proposal]
        for finding in told:
            DatasetSettings.model_validate(finding.patch)


@row("EDA-01")
def _reports(sets: Sets) -> Iterator[Line]:
    names = ("adult_income", "titanic3", "compas_two_years", "law_school", "air_quality_uci")
    names += ("diamonds", "nycflights", "amazon_app_reviews", "penguins_json", "telco_churn")
    for name in names:
        summary, html = sets.report(name)
        yield f"{name} has a report below 1 MB", True, bool(summary) and len(html) < 1_000_000


@row("EDA-03")
def _pure(sets: Sets) -> Iterator[Line]:
    summary, html = sets.report("titanic3")
    yield "the HTML is a function of the JSON", True, render(summary) == html


@row("EDA-04")
def _precision(sets: Sets) -> Iterator[Line]:
    """Of the alerts on ten sets, those that a person has judged to be right."""
    judged = {
        (r["name"], r["code"], r["columns"]): r["right"] == "yes"
        for r in rows_of(Path(__file__).with_name("alerts_labelled.tsv"))
    }
    told = [
        (name, f.code, " + ".join(f.columns[:4]))
        for name in sorted({key[0] for key in judged})
        for f in sets.found(name).findings
        if f.state == "alerted"
    ]
    right = sum(judged.get(key, False) for key in told)
    what = f"alerts that are right, {right} of {len(told)}, at least 0.9"
    yield what, True, right >= 0.9 * len(told)


@row("EDA-05")
def _target(sets: Sets) -> Iterator[Line]:
    summary, _ = sets.report("titanic3")
    honest = [d for d in summary["details"] if d["role"] == "feature" and d["kind"] == "category"]
    best = next(d for d in honest if d["name"] not in {"boat", "body"})
    yield "Titanic: first of the known beforehand", "sex", best["name"]
    table = pq.read_table(sets.case("titanic3")[2], columns=["sex", "survived"]).to_pandas()
    rates = table.groupby("sex")["survived"].mean()
    off = [abs(r["rate"] - rates[r["label"]]) for r in best["relation"] if r["label"] in rates]
    yield "rates as pandas has them to 1e-9", True, len(off) == 2 and max(off) < 1e-9


@row("EDA-06")
def _associations(sets: Sets) -> Iterator[Line]:
    found = sets.report("law_school")[0]["associations"]
    place = {n: i for i, n in enumerate(found["columns"])}
    names = ["sex", "gender", "male"]
    cells = [found["matrix"][place[a]][place[b]] for a in names for b in names]
    yield "LawSchool sex, gender, male", 1.0, round(min(cells), 2)
    side = sorted(place[n] for n in names)
    yield "stand side by side", 2, side[-1] - side[0]


@row("EDA-07")
def _missing(sets: Sets) -> Iterator[Line]:
    gaps = sets.report("air_quality_uci")[0]["missingness"]
    rows = [c["missing"] for c in gaps["columns"]]
    yield "AirQuality: columns with a gap of 366 rows", 9, rows.count(366)
    shared = [p for p in gaps["patterns"] if len(p["missing"]) >= 9 and p["rows"] <= 366]
    yield "AirQuality: they are missing together", True, bool(shared)
    compas = sets.report("compas_two_years")[0]["missingness"]
    names = [r["name"] for r in compas["target"]]
    yield "COMPAS: missing against the target", True, "r_offense_date" in names


@row("EDA-08")
def _coverage(sets: Sets) -> Iterator[Line]:
    time = sets.report("air_quality_uci")[0]["time"]
    facts = (time["usual_step_seconds"], time["repeated"], time["gaps"])
    yield "AirQuality: hourly, no hour twice, no gap", (3600, 0, 0), facts
    time = sets.report("nycflights")[0]["time"]
    rows = time["rows"]["counts"]
    yield "nycflights: from and to", ("2013-01-01", "2013-12-31"), (
        time["first"][:10], time["last"][:10],
    )  # fmt: skip
    yield (
        "nycflights: no gap of a day",
        True,
        time["longest_gap"]["seconds"] <= 86_400 and all(rows),
    )


@row("EDA-09")
def _versions(sets: Sets) -> Iterator[Line]:
    snapshot, schema, data = sets.case("adult_income")
    table = pq.read_table(data)
    half = np.random.default_rng(0).permutation(table.num_rows) < table.num_rows // 3
    place = table.column_names.index(schema.target.name or "")
    dotted = pc.binary_join_element_wise(table.column(place).cast("string"), ".", "")
    table = table.set_column(place, schema.target.name, dotted).filter(half)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "data.parquet"
        pq.write_table(table, path)
        now = snapshot.model_copy(update={"rows": table.num_rows})
        before = Version(snapshot=snapshot, meaning=schema, data=data)
        found = inspect(now, schema, path, DatasetSettings(), before).findings
    told = [f for f in found if f.group == "drift" and f.state != "passed" and f.code != "PW702"]
    errors = [f.columns for f in told if f.evidence.get("severity") == "error"]
    yield "another third of Adult, labels with a dot: errors", [[schema.target.name]], errors
    moved = {c for f in told for c in f.columns}
    yield "alarms on the 14 features", set(), moved - {schema.target.name}


@row("EDA-12")
def _private(sets: Sets) -> Iterator[Line]:
    summary, html = sets.report("compas_two_years")
    table = pq.read_table(sets.case("compas_two_years")[2], columns=["name", "dob"]).to_pydict()
    text = html + str(summary)
    yield "COMPAS names in the report", 0, sum(n in text for n in set(table["name"]) if n)
    yield "COMPAS birth dates in the report", 0, sum(str(d) in text for d in set(table["dob"]) if d)
    found = sets.found("compas_two_years").to_json().decode()
    yield "COMPAS names in the findings", 0, sum(n in found for n in set(table["name"]) if n)


@row("EDA-13")
def _sampling(sets: Sets) -> Iterator[Line]:
    sample = sets.report("diamonds")[0]["associations"]["sample"]
    yield "diamonds: the sample says its seed", True, {"rows", "of", "seed"} <= set(sample)


@row("EDA-16")
def _text(sets: Sets) -> Iterator[Line]:
    details = sets.report("amazon_app_reviews")[0]["details"]
    texts = [d for d in details if d["kind"] == "text"]
    languages = texts[0]["terms"]["languages"] if texts else {}
    yield "reviews: most are English", True, languages.get("English", 0) > 0.5
    yield "lengths and words", True, bool(texts and texts[0]["lengths"] and texts[0]["terms"])


def accepted(sets: Sets, seconds: float) -> Iterator[Line]:
    """QUA-21: pipelines with and without all proposals train; their cross-validated scores."""
    for name in ("adult_income", "telco_churn", "pima_diabetes", "air_quality_uci"):
        snapshot, schema, data = sets.case(name)
        given = DatasetSettings(target=schema.target.name, task=schema.target.task)
        found = inspect(snapshot, schema, data, given)
        told = [f for f in found.findings if f.patch and f.state != "passed"]
        patch = accept_findings(found, "all") if told else {}
        patch.pop("split", None)  # another split is another yardstick
        said = DatasetSettings.model_validate(
            merge_settings(given.model_dump(mode="json", exclude_defaults=True), patch)
        )
        better = deduce(snapshot, data, said)
        before = plan(snapshot, schema, found, given)
        after = plan(snapshot, better, inspect(snapshot, better, data, said), said)
        yield f"{name}: problems of the pipeline", [], [p.message for p in validate(after)]
        with tempfile.TemporaryDirectory() as out:
            model = train(after, data, Path(out), seconds, time.monotonic())
        yield f"{name}: it trains ({model.winner})", "model", model.verdict
        scores = [folds_of(spec, after, data) for spec in (before, after)]
        gain = scores[1] - scores[0]
        noise = 2 * gain.std() / len(gain) ** 0.5
        text = f"{scores[0].mean():.4f} without, {scores[1].mean():.4f} with, noise {noise:.4f}"
        yield f"{name}: {text}: worse", False, bool(gain.mean() < -noise)


def folds_of(spec: PipelineSpec, after: PipelineSpec, data: Path) -> NDArray[np.float64]:
    """Scores of ten folds (AUC, or minus the RMSE) of one boosting, larger is better.

    Only rows whose target is known in both pipelines count.
    """
    table = read_table(spec, data)
    features = prepare(table.raw, feature_frame(spec))
    view = transformer(layout(spec, features), "tree", spec.task, 0, len(table.classes))
    classify = spec.task != "regression"
    booster = HistGradientBoostingClassifier if classify else HistGradientBoostingRegressor
    gone = [float(v) for v in after.steps[0].params.get("missing", {}).get(spec.target, [])]
    known = ~np.isin(table.y, gone)
    scores = []
    for learn, judge in KFold(10, shuffle=True, random_state=0).split(np.flatnonzero(known)):
        rows = np.flatnonzero(known)
        mine = np.append(rows[learn], np.flatnonzero(~known))
        model = make_pipeline(clone(view), booster(random_state=0))
        model.fit(features.iloc[mine], table.y[mine])
        x, y = features.iloc[rows[judge]], table.y[rows[judge]]
        if classify:
            scores.append(roc_auc_score(y, model.predict_proba(x)[:, 1]))
        else:
            scores.append(-float(np.sqrt(np.mean((model.predict(x) - y) ** 2))))
    return np.array(scores)


def main() -> int:
    """Check and print; 1 if something does not agree."""
    parser = argparse.ArgumentParser(description="Acceptance rows of guardrails and report.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--train", type=float, help="seconds per model: also QUA-21's training")
    options = parser.parse_args()
    sets = Sets(options.folder / "tabular", options.cache or Path(tempfile.mkdtemp()))
    wrong = 0
    rows = {n: f for n, f in ROWS.items() if not options.only or n in options.only}
    if options.train:
        rows["QUA-21+"] = lambda sets: accepted(sets, options.train)
    for name, function in rows.items():
        for what, expected, got in function(sets):
            wrong += expected != got
            mark = "ok" if expected == got else "NO"
            print(f"{name:7} {mark}  {what}: expected {expected}, got {got}"[:400], flush=True)
    print(f"{wrong} checks do not agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
