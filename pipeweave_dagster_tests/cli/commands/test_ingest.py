"""`pipeweave ingest` shows how a file is read, and converts it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app

TEXT = "List of plants\n\nid;plant;height\n1;ash;2,5 m\n2;elm;3,5 m\n3;oak;\n"


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "plants.csv"
    path.write_text(TEXT)
    return path


def output(*arguments: str) -> str:
    done = CliRunner().invoke(build_app(), ["ingest", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_columns_types_and_left_out_lines_are_shown(file: Path) -> None:
    shown = output(str(file))
    lines = [line.split() for line in shown.splitlines()]
    assert ["column", "type", "unit", "missing"] in lines
    assert ["plant", "text", "-", "0"] in lines
    assert ["height", "number", "m", "1"] in lines
    assert "3 rows" in shown
    assert "left out: line 1, title: List of plants" in shown


def test_as_json_it_has_no_output(file: Path) -> None:
    found = json.loads(output(str(file), "--json"))
    assert [c["name"] for c in found["columns"]] == ["id", "plant", "height"]
    assert "output" not in found


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_it_converts(file: Path, suffix: str) -> None:
    target = file.with_name(f"clean{suffix}")
    assert f"Wrote {target}: 3 rows" in output(str(file), "--output", str(target))
    assert target.stat().st_size
