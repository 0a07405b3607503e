"""Documents and their payloads in the storage."""

from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import trained


def test_a_file_of_another_document_with_the_same_name_is_left_as_it_is(
    home: Any, tmp_path: Any
) -> None:
    """A model's test rows were written under the address of those that they follow."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    older, newer = tmp_path / "older", tmp_path / "newer"
    payloads = []
    for folder, content in ((older, b"rows of before"), (newer, b"new rows")):
        folder.mkdir()
        (folder / "test_rows.parquet").write_bytes(content)
        payloads.append(Payload.of(folder / "test_rows.parquet"))
    theirs, own = payloads
    store.save_payloads(trained("1", "m").model_copy(update={"test_rows": theirs}), older)
    model = trained("2", "m").model_copy(update={"test_rows": own, "tested_like": theirs})
    store.save_payloads(model, newer)
    assert store.payload(theirs).read_bytes() == b"rows of before"
    assert store.payload(own).read_bytes() == b"new rows"
