"""Findings can be stored, whatever computed their figures."""

import json

import numpy as np

from pipeweave_dagster.core.documents import Finding


def test_figures_of_numpy_are_stored_as_plain_values():
    evidence = {
        "pure": np.bool_(1),
        "rows": np.int64(3),
        "ranges": [(np.float32(0.5), None)],
        "of": {"counts": np.array([1, 2])},
    }
    found = Finding(
        code="PW203",
        title="t",
        group="leakage",
        state="alerted",
        message="m",
        evidence=evidence,
        patch={"columns": {"a": {"drop": np.bool_(1)}}},
    )
    stored = json.loads(found.model_dump_json())
    assert stored["evidence"] == {
        "pure": True,
        "rows": 3,
        "ranges": [[0.5, None]],
        "of": {"counts": [1, 2]},
    }
    assert stored["patch"] == {"columns": {"a": {"drop": True}}}
