"""Columns with the setting `privacy` are out of the table, or out of every note on reading."""

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import ColumnSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned

DROP, MASK = ColumnSetting(privacy="drop"), ColumnSetting(privacy="mask")
TABLE = "Email,age\n" + "".join(f"e{i}@qzx.org,{i}\n" for i in range(60))


def test_a_dropped_column_is_in_no_file(read, out):
    snapshot = read(TABLE, columns={"email": DROP})
    assert [c.name for c in snapshot.columns] == ["age"]
    assert snapshot.withheld == ["Email"]
    assert "privacy: drop`: Email" in snapshot.notes[0]
    assert all(b"qzx" not in file.read_bytes() for file in out.iterdir())


def test_all_columns_of_one_name_are_dropped(read):
    snapshot = read(TABLE.replace("age", "email"), columns={"email": MASK})
    assert [c.privacy for c in snapshot.columns] == ["mask", "mask"]
    with pytest.raises(PipeWeaveError, match="every column"):
        read(TABLE.replace("age", "email"), columns={"email": DROP})


def test_other_columns_keep_their_types_and_settings(read, rows):
    text = "".join(f"e{i}@qzx.org,{i},{i}.5,0{i}\n" for i in range(60))
    settings = {"email": DROP, "code": ColumnSetting(type="text"), "a": MASK}
    snapshot = read("email,a,b,code\n" + text, columns=settings)
    assert [(c.name, c.type, c.privacy) for c in snapshot.columns] == [
        ("a", "integer", "mask"), ("b", "number", None), ("code", "text", None)
    ]  # fmt: skip
    assert rows()[7] == {"a": 7, "b": 7.5, "code": "07"}


def test_a_name_with_a_slip_of_the_pen_is_refused_and_one_of_no_column_is_not(read):
    with pytest.raises(PipeWeaveError, match="no such column") as error:
        read(TABLE, columns={"emial": MASK})
    assert "Did you mean 'Email'?" in error.value.fix
    assert read(TABLE, columns={"telephone": MASK}).withheld == []


def test_large_files_are_read_alike(read, out, monkeypatch):
    monkeypatch.setattr("pipeweave_dagster.core.ingest.fast_path._MIN_BYTES", 1)
    assert read(TABLE, columns={"email": DROP}).withheld == ["Email"]
    assert list(pd.read_parquet(out / "data.parquet").columns) == ["age"]


def test_notes_and_quarantine_do_not_quote_what_is_private(read, out):
    text = "name,when,age\n" + "".join(f"Roe{i},2024-01-{i % 28 + 1:02},{i}\n" for i in range(300))
    text += "Qzx,2024-99-99,7\nQzx,2024-01-05,?\nQzx,2024-01-05,1,2,Qzx\n"
    columns = {"name": MASK, "when": MASK}
    plain = read(text)
    assert "2024-99-99" in pd.read_parquet(out / "quarantine.parquet").to_csv()
    hidden = read(text, columns=columns)
    assert hidden.rows_quarantined == plain.rows_quarantined == 2
    stored = pd.read_parquet(out / "quarantine.parquet")
    assert list(stored["record"]) == ["(hidden)"] * 2
    assert "not a valid date" in stored.to_csv()
    assert "2024-99" not in stored.to_csv() + hidden.model_dump_json()
    assert "Qzx" not in stored.to_csv() + hidden.model_dump_json()
    assert any(note.startswith("age: ") and "'?'" in note for note in hidden.notes)


def test_a_batch_does_not_keep_what_is_dropped(tmp_path, out):
    path = tmp_path / "batch.csv"
    path.write_text(TABLE)
    age = SnapshotColumn(name="age", original_name="age", type="integer", missing=0)
    matcher = ColumnMatcher(("age",), None, (), withheld=("email",))
    snapshot = read_aligned(path, "batch.csv", [age], out, matcher=matcher)
    assert [c.name for c in snapshot.columns] == ["age"]
    assert b"qzx" not in (out / "data.parquet").read_bytes()
