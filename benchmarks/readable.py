"""How often the readable twin cannot be told from the model, and what it costs otherwise.

    python -m benchmarks.readable DATA [--sets abalone,telco_churn] [--budget 20] [--log FILE]

DATA has the files of the sets that `benchmarks/automl.py` uses; data sets of scikit-learn come on
top. Every model is searched within the budget and scored on its own test rows, a fifth of the
table; the twin is made without a time limit. `kept` is the share of the model's gain over the
constant baseline that the twin has as well; of the area under the ROC curve, the gain over 0.5.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.documents import ReadableTwin
from pipeweave_dagster.core.evaluation.readable_twin import TwinSource, readable_twin
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.time_plan import training_s
from pipeweave_dagster.core.training import train
from pipeweave_dagster.notebook.dataset import Dataset

sys.path.insert(0, str(Path(__file__).parent))

from automl_parts.sets import SETS
from model_parts.sets import OF_SKLEARN
from model_parts.table import arguments, measure_sets


class Result(NamedTuple):
    """One line of the table."""

    table: str
    rows: int
    columns: int
    test_rows: int
    metric: str
    model: float
    twin: float
    difference: float
    low: float
    high: float
    verdict: str
    kept: float
    form: str
    seconds: float
    processor_s: float


def main() -> None:
    """Measure the sets, and print one line for each and a summary."""
    parser = arguments([*SETS, *OF_SKLEARN])
    given = parser.parse_args()
    results = measure_sets(
        given, Result._fields, lambda name, data: _measured(name, data, given.budget)
    )
    equal = [r for r in results if r.verdict != "worse"]
    kept = sorted(r.kept for r in results if r.verdict == "worse")
    print(f"\n{len(equal)} of {len(results)} twins are not significantly worse.")
    if kept:
        print(f"The others keep {kept[0]:.0%} to {kept[-1]:.0%} of the gain over the baseline.")


def _measured(name: str, data: Dataset, budget_s: float) -> Result:
    spec = data.pipeline
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        trained = train(
            spec, data.data_file, out, budget_s, time.monotonic(),
            after_s=budget_s - training_s(budget_s),
        )  # fmt: skip
        rows = out / trained.test_rows.name
        scored = read_scored_test(trained, rows)
        source = TwinSource(trained, spec, data.data_file, scored, rows, None, out)
        began, used = time.monotonic(), time.process_time()
        twin = readable_twin(source, Pace())
        took, used = time.monotonic() - began, time.process_time() - used
    if twin is None:
        raise TimeoutError
    constant = score(trained.metric, scored.y, scored.baseline, scored.weight)
    constant = 0.5 if trained.metric == "roc_auc" else constant
    return Result(
        name, trained.rows_train + trained.rows_test, len(trained.features), len(scored.y),
        trained.metric, *_scores(twin, constant), twin.form, took, used,
    )  # fmt: skip


def _scores(
    twin: ReadableTwin, constant: float | None
) -> tuple[float, float, float, float, float, str, float]:
    model, own, c = twin.model_score or 0.0, twin.score or 0.0, twin.comparison
    gain = model - (constant or 0.0)
    kept = (own - (constant or 0.0)) / gain if gain else float("nan")
    return model, own, c.difference or 0.0, c.low or 0.0, c.high or 0.0, c.verdict, kept


if __name__ == "__main__":
    main()
