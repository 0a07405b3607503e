"""An error about a setting names the file that has it."""

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services.setting_origin import naming_the_file


@pytest.mark.parametrize(
    ("details", "named"),
    [
        ({"setting": {"target": "Amonut"}}, True),
        ({"setting": {"target": "y"}}, False),  # given for this run alone
        ({}, False),
    ],
)
def test_the_file_is_named_where_it_has_the_value(tmp_path, details, named):
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    store.storage.put("uploads/f6/pipeweave.yaml", b"target: Amonut\n")
    with pytest.raises(PipeWeaveError) as raised, naming_the_file(store, "f6"):
        raise validation_error("It is no column.", fix="Correct it.", **details)
    assert ("It is `target` in uploads/f6/pipeweave.yaml." in raised.value.message) is named
    assert (raised.value.fix, raised.value.details) == ("Correct it.", details)
