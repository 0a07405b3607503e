"""The key of hashed columns is made once, for its user alone, and erasure finds hashed subjects."""

from types import SimpleNamespace

import pandas as pd
import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    RawFile,
    RawUpload,
    SnapshotColumn,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.services.erasure_plan import Plan
from pipeweave_dagster.services.erasure_tables import _erase_table
from pipeweave_dagster.services.privacy_key import (
    KEY_FILE,
    key_for,
    key_of_model,
    privacy_key,
    reads_of,
    why_unreadable,
)
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import trained

GIVEN = "0123456789abcdef0123456789abcdef"
HASH = {"id": ColumnSetting(privacy="hash")}


def test_a_key_is_made_once_and_for_one_user(tmp_path):
    settings = Settings(home=tmp_path / "home")
    assert key_for(settings, {"id": ColumnSetting(privacy="mask")}) is None
    assert not (tmp_path / "home").exists()
    made = key_for(settings, HASH)
    assert made == key_for(settings, HASH)
    assert len(made.get_secret_value()) == 64
    assert oct((tmp_path / "home" / KEY_FILE).stat().st_mode)[-3:] == "600"
    assert [f.name for f in (tmp_path / "home").iterdir()] == [KEY_FILE]
    assert made.get_secret_value() not in f"{made!r} {reads_of(made)}"


def test_the_key_of_the_environment_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("PIPEWEAVE_PRIVACY_KEY", GIVEN)
    settings = Settings(home=tmp_path / "home")
    assert privacy_key(settings).get_secret_value() == GIVEN
    assert not (tmp_path / "home").exists()
    assert reads_of(SecretStr(GIVEN)) != reads_of(SecretStr(GIVEN[::-1]))


def test_a_model_of_plain_values_is_not_used_once_the_settings_hash_them(tmp_path):
    settings = Settings(home=tmp_path / "home")
    column = SnapshotColumn(name="Id", original_name=" Id", type="text", missing=0)
    plain = trained("1", "m").model_copy(update={"features": ["Id"], "columns": [column]})
    hashed = column.model_copy(update={"privacy": "hash"})
    given = DatasetSettings(columns=HASH)
    for model in (plain, plain.model_copy(update={"columns": []})):  # and one of an old release
        assert key_of_model(settings, DatasetSettings(), model) is None
        with pytest.raises(PipeWeaveError, match=r"'Id'.*as they were") as error:
            key_of_model(settings, given, model)
        assert "models promote" in error.value.fix
    for unused in ({"columns": [hashed]}, {"features": ["x"]}):
        model = plain.model_copy(update=unused)
        assert key_of_model(settings, given, model) == privacy_key(settings)


def test_hashes_of_another_key_cannot_be_read(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path / "home")
    column = SnapshotColumn(name="id", original_name="id", type="text", missing=0, privacy="hash")
    own = reads_of(privacy_key(settings))["privacy_key"]

    def why(hash_key, settings=settings):
        columns = [column.model_copy(update={"hash_key": hash_key})]
        model = trained("1", "m").model_copy(update={"features": ["id"], "columns": columns})
        return why_unreadable(settings, DatasetSettings(columns=HASH), model)

    assert why(own) == ""
    assert "'id' were hashed with another key" in why("other")
    bare = settings.model_copy(update={"profile": "production"})
    assert why(own, bare) == "there is no key for the hashes of 'id'"


def test_services_of_a_deployment_do_not_each_make_their_own(tmp_path):
    settings = Settings(home=tmp_path).model_copy(update={"profile": "production"})
    with pytest.raises(PipeWeaveError, match="no key") as error:
        privacy_key(settings)
    assert "PIPEWEAVE_PRIVACY_KEY" in error.value.fix


@pytest.mark.parametrize(("policy", "key"), [("hash", ""), ("hash", GIVEN), ("drop", "")])
def test_erasure_finds_a_hashed_subject_or_says_why_not(tmp_path, policy, key):
    settings = Settings(home=tmp_path / "home", storage=str(tmp_path / "storage"))
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    (out := tmp_path / "out").mkdir()
    (tmp_path / "t.csv").write_text("id,x\n" + "".join(f"{90 + n},{n}\n" for n in range(30)))
    given = DatasetSettings(columns={"id": ColumnSetting(privacy=policy)})
    file = RawFile(name="t.csv", sha256="0" * 64, size_bytes=1)
    used = SecretStr(key) if key else privacy_key(settings)
    upload = RawUpload(dataset="d", files=[file], settings=given)
    snapshot = ingest(upload, [tmp_path / "t.csv"], out, key=used)
    store.save_payloads(snapshot, out)
    bench = SimpleNamespace(store=store, settings=settings, on_data=lambda call, *args: call(*args))
    plan = Plan(bench, "d", "ID", " 97.0", tmp_path / "scratch")
    _erase_table(plan, snapshot)
    if policy == "hash" and not key:
        assert (plan.rows, plan.left) == ({"typed tables": 1}, [])
        (left,) = plan.new.values()
        assert 7 not in list(pd.read_parquet(left)["x"])
    else:
        assert not plan.rows
        assert ("another key" if key else "kept out of it") in plan.left[0]
