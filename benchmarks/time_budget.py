"""Whether the whole command keeps its time: `pipeweave run --time-budget` on generated tables.

    python -m benchmarks.time_budget [--kinds "26 classes;texts"] [--all] [--budgets 20,60]
                                     [--busy 1] [--log FOLDER]

Each run is a process of its own in a new home; the clock runs from its start to its end, imports
included. `others` is how many processors other processes kept busy meanwhile: where it is above
0.2, the machine was not quiet, and what followed the model is better judged by its processor time.
`--busy N` keeps N processors busy itself. A run is within its time if it took at most 10 s more
than its budget (15 s with `--busy`), or than what this was extended to because others were busy.
"""

import argparse
import multiprocessing
import tempfile
from pathlib import Path

from benchmarks.time_budget_parts.measure import Measured, measured
from benchmarks.time_budget_parts.tables import KINDS, WORST, table

_QUIET_S, _BUSY_S = 10.0, 15.0
_COLUMNS = (
    "table", "rows", "columns", "classes", "budget s", "extended s", "wall s", "over s",
    "processor s", "others",
    "model at", "scores at", "after model s", "of it processor s", "dropped", "metric",
)  # fmt: skip


def main() -> None:
    """Run the tables, and print one line for each."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kinds", default=";".join(WORST))
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--budgets", default="20,60")
    arguments.add_argument("--busy", type=int, default=0)
    arguments.add_argument("--log", type=Path)
    given = arguments.parse_args()
    names = list(KINDS) if given.all else given.kinds.split(";")
    budgets = [float(text) for text in given.budgets.split(",")]
    load = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(given.busy)]
    for process in load:
        process.start()
    print(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}")
    late = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            file = Path(folder, f"{name.replace(' ', '_').replace(',', '')}.csv")
            table(name).to_csv(file, index=False)
            for budget_s in budgets:
                run = measured(file, budget_s, ["--target", "target"])
                grace_s = _BUSY_S if given.busy else _QUIET_S
                late += run.wall_s > _limit_s(run, budget_s) + grace_s
                print(_line(name, budget_s, run), flush=True)
                if given.log:
                    _log(given.log, name, budget_s, run)
    for process in load:
        process.terminate()
    print(f"\n{late} of {len(names) * len(budgets)} runs took longer than they may.")


def _line(name: str, budget_s: float, run: Measured) -> str:
    kind, limit_s = KINDS[name], _limit_s(run, budget_s)
    evaluation = run.facts.get("model_evaluation", {})
    score = evaluation.get("metrics", {}).get(evaluation.get("metric"), {}).get("value")
    cells = [
        name, f"{kind.rows:,}", kind.columns, kind.classes, f"{budget_s:g}",
        f"{limit_s:.0f}", f"{run.wall_s:.1f}", f"{run.wall_s - limit_s:+.1f}",
        f"{run.processor_s:.0f}", f"{run.others:.1f}",
        *_moments(run), len(evaluation.get("dropped", [])),
        f"{evaluation.get('metric')} {score:.4g}" if score is not None else "failed",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _limit_s(run: Measured, budget_s: float) -> float:
    """Return the budget, or what it was extended to because other programs were busy."""
    return float(run.facts.get("model", {}).get("extended_to_s") or budget_s)


def _moments(run: Measured) -> list[str]:
    """Return when model and scores were there, and the time after the model, by both clocks."""
    model, scores = (run.first(text) for text in ("winner:", "test "))
    if model is None or scores is None:
        return ["-"] * 4
    after = run.wall_s - model.at_s, run.processor_s - model.processor_s
    return [f"{seconds:.1f}" for seconds in (model.at_s, scores.at_s, *after)]


def _log(folder: Path, name: str, budget_s: float, run: Measured) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{at:8.2f} {used:8.2f}  {line}" for at, used, line in run.stamps]
    lines.append(f"{run.wall_s:8.2f} {run.processor_s:8.2f}  end; {run.others:.2f} others")
    (folder / f"{name}-{budget_s:g}.log").write_text("\n".join(lines), encoding="utf-8")


def _spin() -> None:
    while True:
        pass


if __name__ == "__main__":
    main()
