"""Files of labels are combined; one that cannot be used does not hide the others."""

import pandas as pd
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.performance import LabelFile, combine_labels
from pipeweave_dagster.core.performance.labels import read_labels


@pytest.fixture
def file(tmp_path):
    def file_(name, **columns):
        path = tmp_path / f"{name}.parquet"
        pd.DataFrame(columns).to_parquet(path)
        return LabelFile(path=path, name=name, notes=[f"note on {name}"])

    return file_


def test_a_file_without_the_id_does_not_hide_the_others(file, tmp_path):
    files = [file("a", key=["1", "2"], y=["no", "yes"]), file("b", other=["3"], y=["no"])]
    found = combine_labels(files, "key", "y", tmp_path)
    assert read_labels(tmp_path / found.file.name).to_dict() == {"1": "no", "2": "yes"}
    (text,) = found.refused
    assert text.startswith("The labels 'b' have no column `key`, which is `id`")
    assert found.notes == ["a: note on a", "b: note on b"]


def test_without_any_usable_file_the_labels_are_refused(file, tmp_path):
    with pytest.raises(PipeWeaveError, match="The labels 'b' have no column `y`"):
        combine_labels([file("b", key=["3"])], "key", "y", tmp_path)
