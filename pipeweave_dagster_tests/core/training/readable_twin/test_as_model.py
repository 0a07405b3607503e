"""A readable twin keeps what its model's training said about rows and split."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.training.data.group_hints import group_notes
from pipeweave_dagster.core.training.data.split_keys import COPIES_ON_BOTH_SIDES
from pipeweave_dagster.core.training.readable_twin.as_model import twin_notes
from pipeweave_dagster_tests.factories.registry import readable_twin


def test_warnings_on_rows_and_split_are_kept_and_those_of_the_model_are_not():
    table = pd.DataFrame({"patient": [f"p{i // 3}" if i < 270 else f"one {i}" for i in range(300)]})
    hints = group_notes(table, np.repeat(np.random.default_rng(1).integers(0, 2, 100), 3), 2)
    copies = f"Test rows: by hash; {COPIES_ON_BOTH_SIDES}."
    notes = twin_notes(["Five members.", *hints, copies], "1", readable_twin(low=0.7, high=0.8))
    assert len(hints) == 1
    assert notes[1:] == [*hints, copies]
    assert notes[0].startswith("It is the readable twin of version 1")
