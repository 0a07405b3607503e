"""PipeWeave as a component, in a project of today's layout and with Dagster's own command."""

import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("component")]

_PROJECT = """
[project]
name = "shop"
version = "0.1.0"
[tool.dg]
directory_type = "project"
[tool.dg.project]
root_module = "shop"
"""
_ORDERS = """
import dagster as dg

@dg.asset
def orders() -> str:
    return "orders.csv"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an asset of its own."""
    (tmp_path / "pyproject.toml").write_text(_PROJECT)
    defs = tmp_path / "src" / "shop" / "defs"
    defs.mkdir(parents=True)
    for module in (defs.parent, defs):
        (module / "__init__.py").touch()
    (defs / "orders.py").write_text(_ORDERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return defs


def run_dg(*arguments: str) -> str:
    """What Dagster's command prints, run in this process."""
    from dagster_dg_cli.cli import cli

    return CliRunner().invoke(cli, arguments).output


def test_it_is_found_scaffolded_checked_and_loaded(
    project: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "pipeweave_dagster.Workbench" in run_dg("list", "components", "--json")
    run_dg("scaffold", "defs", "pipeweave_dagster.Workbench", "ml")
    file = project / "ml" / "defs.yaml"
    written: dict[str, Any] = yaml.safe_load(file.read_text())
    assert written["type"] == "pipeweave_dagster.Workbench"
    assert {"key_prefix", "storage", "mlflow_tracking_uri", "upstream"} == set(
        written["attributes"]
    )

    file.write_text(file.read_text().replace("upstream: {}", "upstrem: {}"))
    line = file.read_text().splitlines().index("  upstrem: {}") + 1
    refused = run_dg("check", "yaml")
    assert f"defs.yaml:{line}" in refused
    assert "upstrem" in refused

    file.write_text(file.read_text().replace("upstrem: {}", "upstream: {sales: orders}"))
    monkeypatch.setenv("PIPEWEAVE_STORAGE", str(home / "bucket"))
    loaded = dg.load_from_defs_folder(path_within_project=project)
    keys = {key.to_user_string() for key in loaded.resolve_all_asset_keys()}
    assert {"orders", "ml/deliver_sales", "ml/raw_upload", "ml/model"} <= keys
    workbench = (loaded.resources or {})["workbench"]
    assert workbench.storage == str(home / "bucket")
    assert workbench.mlflow_tracking_uri is None
