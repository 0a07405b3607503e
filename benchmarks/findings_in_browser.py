"""How long somebody new takes to answer the findings of a data set in the browser.

    python -m benchmarks.findings_in_browser [--at-once]

The grades of `examples/student_math.csv`, damaged as tables are in practice, are read and inspected
for real. In a headless chromium somebody goes only by what the pages show: from the data set to its
findings, reads each to its end, accepts or overrides it with a reason, saves all, and takes one
answer back; once by the keyboard alone and once by the mouse. They read 238 words a minute
(Brysbaert 2019, silent reading of English), skim 450 where a finding repeats the sentence of the
one before with another column (Carver 1992), and need 0.28 s for a key, 1.1 s to point at something
and 1.35 s to decide (Card, Moran and Newell 1980, the keystroke-level model; its typist is no
secretary). All of that is waited for, so that the seconds are those of a clock on the wall.
`--at-once` leaves the waiting out: what remains is the browser and the pages.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.load import _print
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import DatasetSettings, Document, Findings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.services.checked_runs import open_findings
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.factories.checked_dataset import put_checked
from pipeweave_dagster_tests.servers.browser import opened_browser
from pipeweave_dagster_tests.servers.newcomer import Newcomer
from pipeweave_dagster_tests.servers.served_pages import served

ROOT = Path(__file__).parents[1]
REASON = "known before the exam"
PERSON = {"word_s": 60 / 238, "skim_s": 60 / 450, "key_s": 0.28, "point_s": 1.1, "decide_s": 1.35}


def main() -> None:
    """Measure both ways, and print a row for each."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--at-once", action="store_true")
    pace = {} if arguments.parse_args().at_once else PERSON
    with tempfile.TemporaryDirectory() as folder:
        parts = inspected(Path(folder))
        with opened_browser() as browser:
            _print([_row(browser, parts, Path(folder), way, pace) for way in ("keyboard", "mouse")])


def inspected(folder: Path) -> dict[str, Document]:
    """Return the documents of the damaged table: how it was read, its schema, its findings."""
    path = folder / "grades.csv"
    damaged(pd.read_csv(ROOT / "examples" / "student_math.csv")).to_csv(path, index=False)
    raw = RawFile(name=path.name, sha256="0" * 64, size_bytes=path.stat().st_size)
    snapshot = ingest(RawUpload(dataset="grades", files=[raw]), [path], folder)
    settings, data = DatasetSettings(target="passed"), folder / snapshot.data.name
    schema = deduce(snapshot, data, settings)
    findings = inspect(snapshot, schema, data, settings)
    return {"dataset": snapshot, "schema_deduction": schema, "findings": findings}


def damaged(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with codes for missing values, copied and empty columns, and leaks."""
    rng = np.random.default_rng(0)
    table = table.assign(passed=np.where(table["G3"] >= 10, "yes", "no"))
    table = table.drop(columns="G3").assign(grade_after_appeal=table["G3"])
    for name in ("age", "absences", "traveltime", "studytime", "failures"):
        table[name] = table[name].where(rng.random(len(table)) > 0.06, -999)
    for name in ("Mjob", "Fjob", "reason", "guardian", "school", "address"):
        table[name] = table[name].where(rng.random(len(table)) > 0.06, "?")
    for name in ("romantic", "internet", "nursery", "higher", "activities", "famsup"):
        table[name] = table[name].where(rng.random(len(table)) > 0.7)
    for name in ("famrel", "goout", "Dalc", "Walc", "health", "Medu"):
        table[f"{name}_text"] = "level " + table[name].astype(str)
    return pd.concat([table.assign(country="PT")] * 2).iloc[: len(table) + 30]


def _row(
    browser: Any, parts: dict[str, Document], folder: Path, way: str, pace: dict[str, float]
) -> dict[str, Any]:
    with pages(folder / way, parts) as address:
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        somebody = Newcomer(page, **pace)
        page.goto(f"{address}/datasets/grades")
        began = time.monotonic()
        somebody.follows("Findings")
        page.get_by_role("button", name="Next unanswered").wait_for()
        getattr(somebody, f"answers_by_{way}")(REASON)
        page.get_by_role("heading", name="Run of grades").wait_for()
        answered = time.monotonic() - began
        somebody.undoes_the_first()
        seconds = time.monotonic() - began
        page.close()
    findings = parts["findings"]
    assert isinstance(findings, Findings)
    return {
        "by": way,
        "findings": len(open_findings(findings)),
        "answered": somebody.decided,
        "of them overridden": somebody.overridden,
        "words read": somebody.words,
        "keys": somebody.keys,
        "clicks": somebody.clicks,
        "s until all are saved": round(answered, 1),
        "s with one undone": round(seconds, 1),
    }


@contextmanager
def pages(home: Path, parts: dict[str, Document]) -> Iterator[str]:
    """The pages over a home with the data set `grades`, whose run was stopped by its findings."""
    settings = Settings(home=home)
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    put_checked(store, "grades", parts=parts)
    with served(create_app(store, settings)) as address:
        yield address


if __name__ == "__main__":
    main()
