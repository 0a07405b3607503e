"""The list of sources names what is wrong with each, and a source without address is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support.pulled_text import pulled_text
from pipeweave_dagster.core.documents import SourcePull
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.sources import save_error, save_pull
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.databases import VARIABLE, Database


def test_the_list_and_the_check(home: Path) -> None:
    folder = home / "storage" / "sources"
    folder.mkdir(parents=True)
    (folder / "orders.yaml").write_text("kind: mysql\nconnection: SHOP_DB\ntable: orders\n")
    (folder / "wrong.yaml").write_text("kind: mysql\nconnection: SHOP_DB\nquery: DROP TABLE x\n")
    (folder / "both.yaml").write_text("kind: join\nleft: orders\njoin: [{source: gone, on: id}]\n")
    pull = SourcePull(source="orders", described="", definition="", parts=[])
    with Workbench(Settings()) as bench:
        save_pull(bench.store, "orders", pull, at=0.0)
        save_error(bench.store, "orders", PipeWeaveError(ErrorCode.NOT_FOUND, "It is away."))
    done = CliRunner().invoke(build_app("sources"), ["sources", "ls", "--json"])
    listed = {entry["name"]: entry for entry in json.loads(done.stdout)["sources"]}
    errors = {name: entry["error"]["message"] for name, entry in listed.items()}
    assert errors["orders"] == "It is away."
    assert "line 3: the query is refused: it is a DROP" in errors["wrong"]
    assert "it joins 'gone', which is no other source" in errors["both"]
    assert (listed["orders"]["at"], listed["orders"]["source"]) == (0.0, "mysql table orders")
    with pytest.raises(PipeWeaveError, match="'SHOP_DB' is not set"):
        CliRunner().invoke(
            build_app("sources"), ["sources", "check", "orders"], catch_exceptions=False
        )


@pytest.mark.server
@pytest.mark.xdist_group("sources")
def test_a_pull_says_what_it_read_and_what_is_new(
    home: Path, postgres_server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, postgres_server.url)
    folder = home / "storage" / "sources"
    folder.mkdir(parents=True)
    (folder / "late.yaml").write_text(
        f"kind: postgres\nconnection: {VARIABLE}\ntable: late\ndataset: false\n"
        "incremental: {key: id, partition_by: [day]}\n"
    )
    postgres_server.execute(
        "DROP TABLE IF EXISTS late",
        "CREATE TABLE late (id int, day int)",
        "INSERT INTO late SELECT n, n % 3 FROM generate_series(1, 9) n",
    )
    assert pulled() == "Pulled 9 rows in 3 parts"
    postgres_server.execute("INSERT INTO late VALUES (10, 1)")
    assert pulled() == "Pulled 10 rows in 3 parts: 1 of 3 parts read, 1 new row"
    listed = CliRunner().invoke(build_app("runs"), ["runs", "ls"]).stdout
    assert "None" not in listed


def pulled() -> str:
    done = CliRunner().invoke(build_app("sources"), ["sources", "pull", "late"])
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"rows_before": 5}, "Pulled 1 row in 1 part: 4 rows fewer"),
        ({"rows_before": 1}, "Pulled 1 row in 1 part: as many rows as before, but not the same"),
        (
            {"rows_before": 1, "changed": False},
            "Pulled 1 row in 1 part: nothing new, delivered again",
        ),
    ],
)
def test_what_a_pull_says(facts: dict[str, Any], text: str) -> None:
    """A pull of several parts is shown with a real server above."""
    usual = {"rows": 1, "parts": 1, "parts_read": 1, "changed": True, "delivered": True}
    assert pulled_text({**usual, **facts}) == text
