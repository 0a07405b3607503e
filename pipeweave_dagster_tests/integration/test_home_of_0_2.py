"""A home of release 0.2.0 opens: every document and record, its pages, and its model."""

import json
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pandas as pd
import pytest

from pipeweave_dagster.adapters.mlflow_store import log_training
from pipeweave_dagster.core.asset_catalog import CATALOG
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.champion import model_name, set_alias
from pipeweave_dagster.services.champion_decision import compare_with_champion
from pipeweave_dagster.services.model_versions import load_origin, load_version, save_version
from pipeweave_dagster.services.promotion import roll_back
from pipeweave_dagster.services.scoring import describe_batch, score
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.integration.stored_home import opened, unpack
from pipeweave_dagster_tests.program import output

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("home of 0.2")]
EARLIER = Path(__file__).parent / "earlier_release"
FILE = Path(__file__).parents[2] / "examples" / "penguins.csv"
_WITHOUT = """
import json, runpy, sys
sys.modules.update(dict.fromkeys(json.loads(sys.argv[1])))  # importing any of these fails
sys.argv = sys.argv[2:]
sys.path.insert(0, "")
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    home = unpack(EARLIER / "home-0.2.0.tar.xz", tmp_path_factory.mktemp("home"))
    with opened(home) as workbench:
        yield workbench


def test_every_document_that_a_run_made_opens(bench: Workbench) -> None:
    store = bench.store
    head = store.require_head("penguins")
    runs = [store.manifest("penguins", run) for run in store.manifests("penguins")]
    kinds = {info.name: info.document for info in CATALOG}
    entries = [*head.entries.items(), *(e for run in runs if run for e in run.entries.items())]
    later = {"performance", "shadow"}  # assets that release 0.2.0 did not have
    assert {asset for asset, _ in entries} == {*kinds} - {"workbench_overview", *later}
    for asset, entry in entries:
        assert store.intact(entry.document, kinds[asset]) is not None, asset
    assert store.attempt("penguins") is not None
    assert store.records.damaged("datasets/") == []


def test_its_page_shows_model_predictions_and_drift(bench: Workbench) -> None:
    app = create_app(bench.store, bench.settings)
    pages = TestClient(app, base_url="http://127.0.0.1")
    assert 'href="/datasets/penguins"' in pages.get("/").text
    page = pages.get("/datasets/penguins")
    assert page.status_code == 200
    for shown in ("version 1", "344 rows, scored by version 1", "No column has drifted"):
        assert shown in page.text


def test_its_model_predicts_what_it_predicted_then(bench: Workbench, tmp_path: Path) -> None:
    scored = score(bench, "penguins", (describe_batch(FILE, FILE.name), FILE), tmp_path)
    then = pd.read_csv(EARLIER / "predictions-0.2.0" / "penguins.csv")
    now = pd.read_csv(scored.csv)[list(then)]  # newer releases add columns
    pd.testing.assert_frame_equal(now, then, rtol=1e-9)


def test_its_exported_folder_scores_with_its_own_requirements_alone(
    bench: Workbench, tmp_path: Path
) -> None:
    trained, _ = load_version(bench.store, "penguins", "1")
    spec, _ = load_origin(bench.store, "penguins", "1")
    model, folder = bench.store.payload(trained.model), tmp_path / "exported"
    export_model(model, None, trained, spec, folder)
    lines = (folder / "requirements.lock").read_text().splitlines()
    locked = {line.partition("==")[0] for line in lines}
    owners = packages_distributions()
    others = [name for name, own in owners.items() if not {_plain(n) for n in own} & locked]
    assert {"pydantic", "mlflow", "dagster", "duckdb"} < {*others}
    gone = json.dumps([*others, "pipeweave_dagster"])
    output(sys.executable, "-P", "-c", _WITHOUT, gone, "score.py", FILE, "scores.csv", cwd=folder)
    then = pd.read_csv(EARLIER / "predictions-0.2.0" / "penguins.csv")
    now = pd.read_csv(folder / "scores.csv")
    same = [name for name in then if name in now]
    assert sum(name.startswith("probability_") for name in same) == 3
    pd.testing.assert_frame_equal(now[same], then[same], rtol=1e-9)


def _plain(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def test_its_model_is_compared_with_a_newer_one_and_rolled_back_to(
    bench: Workbench, tmp_path: Path
) -> None:
    store, settings = bench.store, bench.settings
    old, evaluation = load_version(store, "penguins", "1")
    origin = load_origin(store, "penguins", "1")
    new = bench.on_model(
        log_training,
        tracking_uri=settings.tracking_uri,
        artifact_root=settings.artifact_root,
        experiment="penguins",
        model_name=model_name("penguins"),
        trained=old.model_copy(update={"mlflow": None}),
        spec=origin[0],
        model=store.payload(old.model),
        tags={},
    )
    save_version(store, "penguins", new, evaluation, origin)
    set_alias(bench, "penguins", "2", "champion")
    compared = compare_with_champion(bench, "penguins", old, origin[1])
    assert compared is not None
    assert (compared.other, compared.difference) == ("champion, version 2", 0.0)
    assert roll_back(bench, "penguins", "the test").version == "1"
    scored = score(bench, "penguins", (describe_batch(FILE, FILE.name), FILE), tmp_path)
    assert scored.batch.model_version == "1"
    assert [m.after for m in moves_of(store, "penguins") if m.alias == "champion"][-2:] == [
        "2", "1",
    ]  # fmt: skip
