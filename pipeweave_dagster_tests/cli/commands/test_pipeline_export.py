"""The champion is exported unless another version is named, and the text says which one it is."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import Evaluation, Payload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.model_aliases import record_aliases
from pipeweave_dagster.services.model_versions import save_version
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import make_snapshot, train_small_model
from pipeweave_dagster_tests.factories.registry import register, trained

pytestmark = pytest.mark.slow


@pytest.fixture
def store(home: Path, tmp_path: Path) -> DocumentStore:
    """Two versions of `demo`: the first is the champion, the second has hashes and is in HEAD."""
    del home
    store = DocumentStore(open_storage(Settings()), Settings().cache_folder)
    x = np.random.default_rng(0).normal(size=60)
    frame = pd.DataFrame({"x": x, "y": np.where(x > 0, "yes", "no")})
    spec, model, out = train_small_model(frame, "y", "binary", tmp_path, families=("linear",))
    snapshot = make_snapshot(frame)
    snapshot = snapshot.model_copy(update={"data": Payload.of(tmp_path / "data.parquet")})
    evaluation = Evaluation(
        rows=1, metric="roc_auc", metrics={}, baseline={}, verdict="model", promoted="champion"
    )
    store.save_payloads(model, out)
    for version in ("1", "2"):
        register(store, version, 0.8)
        made = model.of_table(snapshot).model_copy(update={"mlflow": trained(version, "m").mlflow})
        if version == "2":
            columns = [c.model_copy(update={"hash_key": "0" * 12}) for c in made.columns]
            made = made.model_copy(update={"columns": columns})
        save_version(store, "demo", made, evaluation, (spec, snapshot))
    record_aliases(store, "demo", {"champion": "1"})
    return store


def exported(folder: Path, *words: str) -> tuple[str, str]:
    """Export into a folder: what was printed, and the version that is there."""
    command = ["pipelines", "export", "demo", "--output", str(folder), *words]
    done = CliRunner().invoke(build_app(), command, catch_exceptions=False)
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return done.output, model["mlflow"]["model_version"]


def test_the_champion_is_exported_unless_a_version_is_named(
    store: DocumentStore, tmp_path: Path
) -> None:
    text, version = exported(tmp_path / "a")
    assert (version, "version 1, the champion" in text) == ("1", True)
    assert "hashed" not in text
    command = ["models", "export", "demo", "--output", str(tmp_path / "m")]
    done = CliRunner().invoke(build_app("models"), command, catch_exceptions=False)
    assert done.stdout == text.replace("/a:", "/m:")
    text, version = exported(tmp_path / "b", "--version", "2")
    assert (version, "version 2:" in text) == ("2", True)
    assert "The values of x were hashed for training: score.py needs the key" in text
    facts = json.loads(exported(tmp_path / "c", "--json")[0])
    assert (facts["version"], facts["dataset"]) == ("1", "demo")
    record_aliases(store, "demo", {})
    with pytest.raises(PipeWeaveError, match="no champion"):
        exported(tmp_path / "d")
