"""The list of sources names what is wrong with each, and a source without address is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import SourcePull
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.sources import save_error, save_pull
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


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
