"""Data sets of a folder and of scikit-learn, each with its target."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sklearn import datasets

from pipeweave_dagster.notebook.dataset import Dataset

OF_SKLEARN = ("breast_cancer", "diabetes", "digits", "wine")


def sets_of(source: Path, names: list[str]) -> Iterator[tuple[str, Dataset]]:
    """Yield the named data sets of a folder or of scikit-learn."""
    with (source / "INDEX.tsv").open(newline="") as index:
        rows = {row["name"]: row for row in csv.DictReader(index, delimiter="\t")}
    for name in names:
        if name in OF_SKLEARN:
            loaded = getattr(datasets, f"load_{name}")(as_frame=True)
            frame = loaded.frame
            if name != "diabetes":
                frame = frame.assign(target=[f"class {code}" for code in frame["target"]])
            yield name, Dataset(frame, target="target")
            continue
        row = rows[name]
        target = row["target"].strip()
        target = f"column_{target.split()[1]}" if "no header" in target else target
        yield name, Dataset(source / name / row["file"], target=target)
