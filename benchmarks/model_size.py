"""How large a model file is, how long one row takes, and what `train_for: serving` changes.

    python -m benchmarks.model_size DATA [--sets abalone,telco_churn] [--budget 20]
        [--for accuracy|serving] [--log FILE]

DATA has the files of the sets that `benchmarks/automl.py` uses; data sets of scikit-learn come on
top. Every model is searched within the budget, stored, loaded from its file and warmed up; `row_ms`
is the median of 50 predictions of one row in this process, in processor time of its thread, which
other work on the machine does not change much; `load_ms` is the time to load the file.
`score` is that of the test rows, a fifth of the table. `members` counts the fitted estimators of
the model, `views` their distinct fitted features; `largest` is the family with the largest weight.
"""

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

# As the workers have it: else the threads of one library spin while another one computes.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pandas as pd

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.row_time import row_ms
from pipeweave_dagster.core.model.test_row_columns import feature_names
from pipeweave_dagster.core.time_plan import training_s
from pipeweave_dagster.core.training import train
from pipeweave_dagster.notebook.dataset import Dataset

sys.path.insert(0, str(Path(__file__).parent))

from model_parts.sets import OF_SKLEARN
from model_parts.table import arguments, measure_sets

REPEATS = 50
USUAL = (
    "california_housing", "telco_churn", "krk_chess", "ames_house_prices", "sms_spam_tsv",
    "white_wine_quality", "caravan_insurance", "german_credit", *OF_SKLEARN[:1],
)  # fmt: skip
MB = 1 << 20


class Result(NamedTuple):
    """One line of the table."""

    table: str
    rows: int
    columns: int
    task: str
    model_mb: float
    row_ms: float
    load_ms: float
    members: int
    views: int
    largest: str
    metric: str
    score: float
    seconds: float


def main() -> None:
    """Measure the sets, and print one line for each and a summary."""
    parser = arguments(USUAL)
    parser.add_argument("--for", dest="purpose", default="accuracy")
    given = parser.parse_args()
    results = measure_sets(
        given,
        Result._fields,
        lambda name, data: _measured(
            name, data.with_settings(train_for=given.purpose), given.budget
        ),
    )
    sizes, times = ([getattr(r, name) for r in results] for name in ("model_mb", "row_ms"))
    for what, values, unit in (("size", sizes, "MB"), ("one row", times, "ms")):
        print(f"{what}: median {statistics.median(values):.1f}, most {max(values):.1f} {unit}")


def _measured(name: str, data: Dataset, budget_s: float) -> Result:
    spec = data.pipeline
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        began = time.monotonic()
        trained = train(
            spec, data.data_file, out, budget_s, began, after_s=budget_s - training_s(budget_s)
        )
        seconds = time.monotonic() - began
        print(*(note for note in trained.notes if "serving" in note), sep="\n", file=sys.stderr)
        rows = pd.read_parquet(out / trained.test_rows.name)
        names = feature_names(list(rows))
        scored = read_scored_test(trained, out / trained.test_rows.name)
        began = time.perf_counter()
        bundle = load_bundle(out / trained.model.name)
        load_ms = 1000 * (time.perf_counter() - began)
        took = row_ms(bundle, rows[list(names)].rename(columns=names), REPEATS, time.thread_time)
    value = score(trained.metric, scored.y, scored.output, scored.weight)
    return Result(
        name, trained.rows_train + trained.rows_test, len(trained.features), trained.task,
        trained.model.size_bytes / MB, took, load_ms, len(bundle["members"]),
        len({id(member["pipeline"][0]) for member in bundle["members"]}), _heaviest(trained),
        trained.metric, float("nan") if value is None else value, seconds,
    )  # fmt: skip


def _heaviest(trained: TrainedModel) -> str:
    weights: Counter[str] = Counter()
    for member in trained.recipe:
        weights[member.family] += member.weight
    (family, weight), *_ = weights.most_common(1)
    return f"{weight:.2f} {family}"


if __name__ == "__main__":
    main()
