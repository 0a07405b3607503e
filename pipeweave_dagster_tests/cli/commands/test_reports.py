"""Reports are kept for each version, listed, and read through one call, small or large."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head, Manifest
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.documents import EdaReport
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import make_dataset

N = 100


@pytest.fixture
def reports(home: Path, tmp_path: Path) -> Iterator[list[EdaReport]]:
    """Two versions of a data set: the first report inline, the second beside its document."""
    settings = Settings()
    cli_home.settings.cache_clear()  # a command reads its settings once a process
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    found = []
    for version, limit in enumerate((1_000_000, 10), start=1):
        folder = tmp_path / str(version)
        folder.mkdir()
        case = make_dataset(
            folder, {"x": list(range(N * version)), "y": [0, 1] * (N // 2) * version}, "y"
        )
        options = ReportOptions(inline_limit_bytes=limit)
        report = build_report("d", case.snapshot, case.schema, case.data, folder, options)
        store.save_payloads(report, folder)
        entry = Entry(
            document=store.save(report), key="k", run_id=f"r{version}", made_at=float(version)
        )
        run = {"dataset": "d", "run_id": f"r{version}", "entries": {"eda_report": entry}}
        store.save_manifest(Manifest(**run, started_at=float(version)))
        head = Head(**run, moved_at=float(version))
        store.storage.put("datasets/d/HEAD.json", head.model_dump_json().encode())
        found.append(report)
    yield found
    cli_home.settings.cache_clear()


def told(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(build_app(), ["reports", *words, "--json"])
    assert done.exit_code == 0, done.output
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def test_the_newest_report_stands_first(reports: list[EdaReport]) -> None:
    listed = told("ls", "d")["reports"]
    assert [r["report"] for r in listed] == [reports[1].sha256, reports[0].sha256]
    assert [r["rows"] for r in listed] == [2 * N, N]


def test_small_and_large_reports_open_through_one_call(
    reports: list[EdaReport], tmp_path: Path
) -> None:
    small, large = reports
    assert large.summary is None
    assert told("show", "d", small.sha256[:10]) == {"report": small.sha256, **(small.summary or {})}
    page = tmp_path / "page.html"
    assert told("show", "d", "--html", str(page))["rows"] == 2 * N
    assert "Data report" in page.read_text()


def test_an_unknown_report_is_not_found(reports: list[EdaReport]) -> None:
    done = CliRunner().invoke(build_app(), ["reports", "show", "d", "zzz"])
    assert done.exit_code != 0
