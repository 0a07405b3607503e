"""Columns that name the subjects of rows are told from what is measured of each subject."""

import numpy as np

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.structure.candidates import group_candidates
from pipeweave_dagster_tests.factories import make_dataset

TRAVELLERS = 200


def test_what_differs_within_each_subject_is_no_subject(tmp_path):
    """A waiting time and the traveller identify a row, as would a visit and the patient."""
    rng = np.random.default_rng(0)
    way = np.tile(np.arange(4), TRAVELLERS)
    usual = np.array([0, 34, 41, 64])[way]
    wait = np.where(
        way == 0, 0, usual + rng.choice([-9, -4, 0, 1], len(way), p=[0.1, 0.1, 0.7, 0.1])
    )
    liked = np.isin(way, [0, 2]) ^ (rng.random(len(way)) < 0.1)
    columns = {
        "traveller": np.repeat(rng.permutation(TRAVELLERS), 4) + 1000,
        "way": np.array(["car", "bus", "train", "air"])[way],
        "wait": wait,
        "cost": (usual + rng.integers(1, 40, len(way))) * 2,
        "y": np.where(liked, "yes", "no"),
    }
    made = make_dataset(tmp_path, {k: list(v) for k, v in columns.items()}, "y", "binary")
    case = Case.of(made.snapshot, made.schema, made.data, DatasetSettings())
    features = [c for c in case.table.features if c.name != "y"]
    found = [c.column.name for c in group_candidates(features, features, case.target)]
    assert "wait" not in found
