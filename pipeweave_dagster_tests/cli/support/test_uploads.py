"""Settings of the command line that later uploads follow."""

import pytest
import yaml

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Manifest
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.cli.support.uploads import remember, were_valid

KEY = "uploads/a/pipeweave.yaml"


@pytest.fixture
def store(tmp_path):
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def kept(store):
    return yaml.safe_load(store.storage.get(KEY))


def test_a_later_command_updates_what_an_earlier_one_wrote(store):
    assert remember(store, "a", {"target": "y", "read": {"header": "2"}}) is None
    assert remember(store, "a", {"read": {"header": "1", "skip": "3"}}) is None
    assert kept(store) == {"target": "y", "read": {"header": 1, "skip": 3}}
    assert remember(store, "a", {"time_budget_s": 5}) is None
    assert kept(store)["target"] == "y"


@pytest.mark.parametrize("change", [lambda text: text + "quality: best\n", lambda _: "target: x\n"])
def test_settings_of_the_user_stay_and_the_command_says_so(store, change):
    remember(store, "a", {"target": "y"})
    own = change(store.storage.get(KEY).decode())
    store.storage.put(KEY, own.encode())
    note = remember(store, "a", {"read": {"delimiter": ";"}})
    assert note is not None
    assert "this run alone" in note
    assert store.storage.get(KEY).decode() == own


@pytest.mark.parametrize(
    ("made", "state", "valid"),
    [
        (["dataset"], None, False),  # a target that is no column
        (["dataset", "findings"], "alerted", False),  # a metric that does not suit the target
        (["dataset", "findings"], "blocked", True),
        (["dataset", "findings", "pipeline"], "alerted", True),
    ],
)
def test_options_are_valid_once_the_run_went_on_with_them(store, made, state, valid):
    entries = {name: Entry(document="d", key="k", run_id="r", made_at=0.0) for name in made}
    run = Manifest(dataset="a", run_id="r", entries=entries, made=made, started_at=0.0)
    store.save_manifest(run)
    findings = None if state is None else [{"state": state, "overridden": None}]
    assert were_valid(store, {"dataset": "a", "run_id": "r", "findings": findings}) is valid
