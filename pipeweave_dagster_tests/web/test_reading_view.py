"""The page of a data set says how its file was read: doubts, notes, lines and rows left out."""

import time
import warnings

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import LeftOutLine, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster.web.reading_view import reading_view

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOSTILE = "<script>alert(1)</script>"
LINES = [
    f"Stock of the day {HOSTILE}",
    "item;price;sold",
    *(f"bolt{i};{i},5;{i}" for i in range(40)),
    "nut;7,5;unknown",
    "# counted twice",
    "screw;1;2;3;4",
    "(42 rows affected)",
]


@pytest.fixture
def store(home):
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def snapshot(tmp_path):
    path, out = tmp_path / "upload", tmp_path / "out"
    path.write_text("\n".join(LINES) + "\n")
    out.mkdir()
    file = RawFile(name="stock.csv", sha256="0" * 64, size_bytes=path.stat().st_size)
    return ingest(RawUpload(dataset="stock", files=[file]), [path], out)


@pytest.fixture
def page(store):
    def page_(snapshot):
        entry = Entry(document=store.save(snapshot), key="k", run_id="r1", made_at=time.time())
        head = Head(dataset="stock", run_id="r1", moved_at=time.time(), entries={"dataset": entry})
        store.storage.put("datasets/stock/HEAD.json", head.model_dump_json().encode())
        with TestClient(create_app(store, Settings()), base_url="http://127.0.0.1") as client:
            return client.get("/datasets/stock").text

    return page_


def test_the_page_shows_what_ingest_prints(page, snapshot):
    text = page(snapshot)
    assert "Read as <bdi>csv, delimiter &#39;;&#39;, encoding ascii" in text
    assert "decimal &#39;,&#39;" in text
    assert "1 of 42 rows do not fit the table" in text
    assert "pipeweave datasets quarantine stock" in text
    assert "Stored as missing in a column of type integer: &#39;unknown&#39; (1)." in text
    assert "3 lines of the file left out" in text
    assert "<bdi>Stock of the day &lt;script&gt;" in text
    assert "# counted twice" in text
    assert "(42 rows affected)" in text
    assert "<script" not in text


def test_doubts_come_first_and_are_marked(page, snapshot):
    doubt = "In doubt: `;` or `,`. If so, set read: {delimiter: ','}."
    dialect = snapshot.dialect.model_copy(update={"doubt": doubt})
    doubtful = snapshot.model_copy(update={"dialect": dialect, "notes": ["First.", doubt]})
    text = page(doubtful)
    assert text.index('<span class="badge alerted">in doubt</span>') < text.index("First.")
    assert text.count("If so, set read") == 1


def test_much_to_say_is_folded_cut_and_counted(page, snapshot):
    notes = [f"{HOSTILE} {number}" + 900 * "x" for number in range(5000)]
    lines = [LeftOutLine(line=i, kind="title", text=HOSTILE * 90, fields=1) for i in range(500)]
    wordy = snapshot.model_copy(update={"notes": notes, "left_out": lines})
    view = reading_view(wordy)
    assert (len(view.notes), len(view.further), len(view.left_out)) == (6, 94, 100)
    text = page(wordy)
    assert "4,900 further notes are in the data report." in text
    assert len(text) < 120_000
    assert "<script" not in text
