"""The model server answers as MLflow's does, checks as a batch does, and follows the champion.

The model is one of release 0.2.0.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.services.model_aliases import AliasRecord
from pipeweave_dagster.services.scoring import describe_batch, score
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.model_server import FollowedChampion, create_server
from pipeweave_dagster_tests.integration.stored_home import unpack

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model_server")]
STORED = Path(__file__).parents[1] / "integration" / "earlier_release" / "home-0.2.0.tar.xz"
FILE = Path(__file__).parents[2] / "examples" / "penguins.csv"
ROWS = [*csv.DictReader(io.StringIO(FILE.read_text()))][:3]
NAMES = list(ROWS[0])
SETTINGS = "uploads/penguins/pipeweave.yaml"


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(STORED, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def bench(earlier: Path) -> Iterator[Workbench]:
    with Workbench(Settings(home=earlier)) as opened:
        yield opened


@pytest.fixture(scope="module")
def champion(bench: Workbench) -> FollowedChampion:
    followed = FollowedChampion(bench, "penguins")
    followed.refresh()
    return followed


@pytest.fixture(scope="module")
def client(champion: FollowedChampion) -> TestClient:
    return TestClient(create_server(champion, frozenset()), base_url="http://127.0.0.1")


def predictions(client: TestClient, content: Any, path: str = "/invocations") -> Any:
    answer = client.post(path, json=content)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def test_all_forms_of_a_request_give_what_a_file_gives(
    client: TestClient, bench: Workbench, tmp_path: Path
) -> None:
    values = [list(row.values()) for row in ROWS]
    forms: dict[str, Any] = {
        "dataframe_split": {"columns": NAMES, "index": [5, 6, 7], "data": values},
        "dataframe_records": ROWS,
        "instances": ROWS,
        "inputs": {name: [row[name] for row in ROWS] for name in NAMES},
    }
    found = [predictions(client, {key: rows}) for key, rows in forms.items()]
    found.append(predictions(client, {"instances": values}))  # without names, by position
    text = "\n".join([",".join(NAMES), *(",".join(row) for row in values)])
    csv_answer = client.post("/invocations", content=text, headers={"content-type": "text/csv"})
    found.append(csv_answer.json()["predictions"])
    assert all(answer == found[0] for answer in found)
    wrong = client.post(
        "/invocations", content="a;b\n1,5;2\n1,5;2,5\n", headers={"content-type": "text/csv"}
    )
    assert wrong.status_code == 422
    assert "any of the delimiters comma, semicolon, tab, bar: 'a;b'" in wrong.json()["message"]
    assert "\n" not in wrong.json()["message"]
    (tmp_path / "three.csv").write_text(text)
    (tmp_path / "work").mkdir()
    described = describe_batch(tmp_path / "three.csv", "three.csv")
    scored = score(bench, "penguins", (described, tmp_path / "three.csv"), tmp_path / "work")
    by_file = [*csv.DictReader(scored.csv.read_text().splitlines())]
    for row, other in zip(found[0], by_file, strict=True):
        assert [*row] == [*other]
        assert row["prediction"] == other["prediction"]
        assert row["prediction_set"] == json.loads(other["prediction_set"])
        assert row["probability_Adelie"] == pytest.approx(float(other["probability_Adelie"]))


@pytest.mark.parametrize(
    ("delimiter", "declared"), [(",", ""), (";", ""), ("\t", ""), ("|", ""), (";", "sep=;\r\n")]
)
def test_rows_may_be_written_as_spreadsheets_do(
    client: TestClient, delimiter: str, declared: str
) -> None:
    """A body with semicolons was one column of which the model knew nothing."""
    lines = [NAMES, *([*row.values()] for row in ROWS)]
    comma = delimiter != ","
    cells = [[v.replace(".", ",") if comma and n else v for v in r] for n, r in enumerate(lines)]
    body = declared + "\r\n".join(delimiter.join(row) for row in cells)
    kind = "text/tab-separated-values" if delimiter == "\t" else "text/csv"
    given = client.post("/invocations", content=body, headers={"content-type": kind}).json()
    assert given["predictions"] == predictions(client, {"instances": ROWS})
    declaring = [note for note in given["notes"] if "declares the delimiter ';'" in note]
    assert len(declaring) == bool(declared)


def test_reasons_are_given_on_demand(client: TestClient) -> None:
    (row,) = predictions(client, {"instances": ROWS[:1]}, "/explain")
    assert row["reason_1"] in NAMES
    assert isinstance(row["reason_1_effect"], float)


WRONG: dict[str, tuple[Any, str]] = {
    "a renamed column": (
        {"instances": [{("Islandd" if k == "island" else k): v for k, v in ROWS[0].items()}]},
        "`island` (the data has `Islandd`)",
    ),
    "no rows": ({"rows": ROWS}, "no rows"),
    "two forms": ({"instances": ROWS, "inputs": ROWS}, "two forms"),
    "no table": ({"instances": "all"}, "not a list"),
    "objects and lists": ({"instances": [ROWS[0], [1, 2]]}, "mixes"),
    "rows of other lengths": ({"dataframe_split": {"columns": NAMES, "data": [[1]]}}, "fit"),
    "lists of other lengths": (
        {"instances": [[*ROWS[0].values()], ["Adelie"]]},
        "Row 1 (counted from 0) of `instances` has 1 values",
    ),
    "a short row of a split": (
        {"dataframe_split": {"columns": NAMES, "data": [[*ROWS[0].values()], ["Adelie"]]}},
        "Row 1",
    ),
    "a record with fewer keys": (
        {"dataframe_records": [ROWS[0], {"year": 2007}]},
        "row 1 (counted from 0) lacks `island`",
    ),
    "an empty record": ({"instances": [{}]}, "no columns to score"),
    "an empty list": ({"instances": [[]]}, "no columns to score"),
    "a split without rows": (
        {"dataframe_split": {"columns": NAMES, "data": []}},
        "no rows to score",
    ),
    "no record": ({"dataframe_records": []}, "has no rows"),
    "unknown columns": ({"instances": [{"a": 1}]}, "none of the columns"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests_are_refused_with_what_is_wrong(client: TestClient, case: str) -> None:
    content, words = WRONG[case]
    answer = client.post("/invocations", json=content)
    assert answer.status_code == 422
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert words in answer.json()["message"]


def test_bodies_that_are_no_json_or_too_long_are_refused(client: TestClient) -> None:
    for body in (b"", b"{", b"[" * 100_000, b"\xff", b" " * (17 << 20)):
        answer = client.post("/invocations", content=body)
        assert answer.status_code == 422


def test_missing_numbers_are_null_in_and_out(client: TestClient, bench: Workbench) -> None:
    row = {**ROWS[0], "year": None, "body_mass_g": "", "island": "Atlantis"}
    (found,) = predictions(client, {"instances": [row]})
    assert found["unseen_categories"] == "island"
    assert "NaN" not in json.dumps(found)


def test_the_champion_and_its_settings_are_followed(
    client: TestClient,
    champion: FollowedChampion,
    bench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = bench.store.storage
    # Only the storage knows of the second version, so MLflow is not asked.
    monkeypatch.setattr("pipeweave_dagster.web.model_server.champion._REGISTRY_S", 1e9)
    renamed = {"instances": [{**{k: v for k, v in ROWS[0].items() if k != "island"}, "id": "7"}]}
    assert client.post("/invocations", json=renamed).status_code == 422
    storage.put(SETTINGS, b"on_missing: score\nid: id\n")
    storage.put("datasets/penguins/models/2.json", storage.get("datasets/penguins/models/1.json"))
    record = AliasRecord(aliases={"champion": "2"})
    try:
        bench.store.records.write("datasets/penguins/ALIASES.json", record)
        champion.refresh()
        answer = client.post("/invocations", json=renamed).json()
        assert answer["version"] == "2"
        assert answer["predictions"][0]["id"] == "7"
        with monkeypatch.context() as broken:
            broken.setattr(champion, "_load", _unreadable)
            storage.put(SETTINGS, b"on_missing: score\nid: id\ncoverage: 0.8\n")
            champion.refresh()  # the version before is served while the new one is unreadable
        assert client.post("/invocations", json=renamed).status_code == 200
        assert "could not be loaded" in client.get("/health").json()["problem"]
        bench.store.records.write("datasets/penguins/ALIASES.json", AliasRecord(aliases={}))
        champion.refresh()
        for answer in (client.post("/invocations", json=renamed), client.get("/health")):
            assert answer.status_code == 503
            assert "no champion" in answer.text
    finally:
        storage.delete(SETTINGS)
        bench.store.records.write(
            "datasets/penguins/ALIASES.json", AliasRecord(aliases={"champion": "1"})
        )
        champion.refresh()
    assert client.get("/health").json()["version"] == "1"


def _unreadable(*_: Any) -> None:
    raise OSError


def test_a_foreign_host_is_told_the_setting_of_this_server(client: TestClient) -> None:
    answer = client.get("/health", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "Set PIPEWEAVE_SERVE_URL" in answer.json()["message"]


def test_threads_that_wait_for_each_other_sleep(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spinning, neighbours took a hundred times as long per row on a busy machine."""
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    # It would write to the output of this command, which is closed after it, in later tests too.
    monkeypatch.setattr("pipeweave_dagster.adapters.logs.configure", lambda *_: None)
    cli_home.settings.cache_clear()
    done = CliRunner().invoke(build_app(), ["serve", "nope", "--port", "0"])
    cli_home.settings.cache_clear()
    assert done.exit_code != 0
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert os.environ["PYTHONWARNINGS"] == "default", "what the user has set stays"


@pytest.mark.server
def test_other_machines_need_a_token(earlier: Path) -> None:
    token = "t0ken-that-is-long-enough-for-anyone"
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "serve", "penguins", "--port", "0"]
    environment = {**os.environ, "PIPEWEAVE_HOME": str(earlier)}
    open_to_all = [*command, "--host", "0.0.0.0"]
    refused = subprocess.run(
        open_to_all, env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 3
    assert "PIPEWEAVE_SERVE_TOKEN" in refused.stderr
    command[4] = "nope"
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "NOT_FOUND" in refused.stderr
    assert "Champion of" not in refused.stderr
    command[4] = "penguins"
    process = subprocess.Popen(
        command,
        env={**environment, "PIPEWEAVE_SERVE_TOKEN": token},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        assert _status(f"{found[0]}/ping") == 200
        assert _status(f"{found[0]}/health") == 401
        assert _status(f"{found[0]}/health", f"Bearer {token}") == 200
        assert _status(f"{found[0]}/version", f"Bearer {token}x") == 401
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
        assert process.returncode == 0, rest
    finally:
        process.kill()
        process.wait()


def _status(url: str, authorization: str = "") -> int:
    request = urllib.request.Request(url, headers={"authorization": authorization})
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
