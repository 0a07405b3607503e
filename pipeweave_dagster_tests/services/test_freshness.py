"""The limits of a data set and of the installation."""

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import DatasetSettings, RawUpload
from pipeweave_dagster.services.freshness import late_of
from pipeweave_dagster.settings import Settings

DAY = 86_400.0


def test_the_limits_of_a_data_set_replace_those_of_the_installation(home):
    settings = Settings(fresh_uploads_days=2, fresh_model_days=50)
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    own = DatasetSettings.model_validate({"freshness": {"uploads_days": 20}})
    for dataset, chosen in (("own", own), ("plain", DatasetSettings())):
        upload = store.save(RawUpload(dataset=dataset, files=[], settings=chosen))
        entry = Entry(document=upload, key="k", run_id="r", made_at=0.0)
        head = Head(dataset=dataset, run_id="r", moved_at=9 * DAY, entries={"raw_upload": entry})
        store.storage.put(f"datasets/{dataset}/HEAD.json", head.model_dump_json().encode())
    assert late_of(store, "own", settings, 10 * DAY) == []
    (late,) = late_of(store, "plain", settings, 10 * DAY)
    assert late.text == "The last new upload is 10.0 days old; the limit is 2 days."
    assert late_of(store, "absent", settings, 10 * DAY) == []
