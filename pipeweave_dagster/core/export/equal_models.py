"""Whether two model files answer alike, and how far apart they are at most."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.metrics.scored_test_rows import FEATURE
from pipeweave_dagster.core.model.serving import load_bundle, raw_scores


class Sameness(Part):
    """How two models compare on some rows; `equal` means bit by bit."""

    rows: int
    equal: bool
    max_difference: float


def compare_models(first: Path, second: Path, test_rows: Path) -> Sameness:
    """Ask both for the test rows that a training wrote.

    Args:
        first: A model file.
        second: Another one.
        test_rows: Rows with their features as `feature:<name>`.

    Returns:
        The largest difference of probabilities, or of values in the unit of the target.
    """
    frame = pd.read_parquet(test_rows)
    names = {c: c.removeprefix(FEATURE) for c in frame.columns if c.startswith(FEATURE)}
    table = frame[list(names)].rename(columns=names)
    a, b = (raw_scores(load_bundle(path), table) for path in (first, second))
    furthest = float(np.max(np.abs(a - b), initial=0.0))
    return Sameness(rows=len(table), equal=bool(np.array_equal(a, b)), max_difference=furthest)
