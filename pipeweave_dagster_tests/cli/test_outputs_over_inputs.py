"""No command writes its output over the file that it reads."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.errors import PipeWeaveError

ROWS = "a,b\n1,2\n3,4\n"


@pytest.mark.parametrize(
    "words",
    [
        ["ingest", "in.csv", "--output"],
        ["predict", "penguins", "in.csv", "--output"],
        ["eda", "in.csv", "--html"],
        ["eda", "in.csv", "--markdown"],
        ["eda", "in.csv", "--json"],
        ["expectations", "penguins", "--use", "in.csv", "--export"],
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_an_input_is_not_overwritten(
    words: list[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(ROWS)
    Path("link.csv").symlink_to("in.csv")
    done = CliRunner().invoke(build_app(), [*words, "link.csv"])
    assert isinstance(done.exception, PipeWeaveError), done.output
    assert (done.exception.code, done.exception.fix) == ("VALIDATION_ERROR", "Name another output.")
    assert Path("in.csv").read_text() == ROWS
    assert home.exists()


def test_predictions_are_not_written_as_csv_under_another_name(home: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS)
    words = ["predict", "penguins", str(tmp_path / "in.csv"), "--output", str(home / "out.xlsx")]
    done = CliRunner().invoke(build_app(), words)
    assert isinstance(done.exception, PipeWeaveError)
    assert "does not end in .csv or .parquet" in done.exception.message
