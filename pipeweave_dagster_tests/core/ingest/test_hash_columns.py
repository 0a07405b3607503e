"""Hashed columns: no file has a value, and every way of reading gives the hash of `hashed_text`."""

import pandas as pd
import pytest
from pydantic import SecretStr

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    RawFile,
    RawUpload,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, ingest, read_aligned
from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.hashed_values import hashed_text, key_id
from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.schema import deduce

KEY = "0123456789abcdef0123456789abcdef"
OTHER = SecretStr(KEY[::-1])
VALUES = [f"e{i}@qzx.org" for i in range(40)] + ["?", "", " e1@qzx.org", "7.0", "Zoë qzx", "7"]


def _ingested(folder, frame, kind="csv", key=KEY, **settings):
    out, path = folder / f"{kind}-out", folder / f"t.{kind}"
    out.mkdir()
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    setting = ColumnSetting(privacy="hash", missing=["?"])
    given = DatasetSettings(columns={"who": setting}, **settings)
    file = RawFile(name=path.name, sha256="0" * 64, size_bytes=1)
    upload = RawUpload(dataset="d", files=[file], settings=given)
    return ingest(upload, [path], out, key=SecretStr(key) if key else None), out, given


def _table():
    return pd.DataFrame({"who": VALUES, "x": range(len(VALUES)), "y": [0, 1] * 23})


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_table_has_hashes_and_no_file_a_value(tmp_path, kind):
    snapshot, out, settings = _ingested(tmp_path, _table(), kind)
    found = pd.read_parquet(out / "data.parquet")["who"]
    expected = [None if v == "?" else hashed_text(v, KEY) for v in VALUES]
    assert [None if pd.isna(v) else v for v in found] == expected
    who = snapshot.columns[0]
    assert (who.type, who.privacy, who.hash_key) == ("text", "hash", key_id(KEY))
    assert all(b"qzx" not in file.read_bytes() for file in out.iterdir())
    schema = deduce(snapshot, out / "data.parquet", settings)
    written = snapshot.model_dump_json() + schema.model_dump_json()
    assert "qzx" not in written
    assert KEY not in written
    assert schema.column("who").pii


@pytest.mark.parametrize(
    ("distinct", "type_", "role", "says"),
    [
        (690, "identifier", "identifier", "690 distinct in 700 rows, so nearly every"),
        (350, "categorical", "feature", "350 distinct in 700 rows, of which only the equality"),
        (5, "categorical", "feature", "5 distinct in 700 rows"),
        (1, "constant", "dropped", "Every value is"),
    ],
)
def test_hashes_are_categories_or_an_identifier(tmp_path, distinct, type_, role, says):
    """Their digits made the type model take a column for a list."""
    frame = pd.DataFrame({"who": [f"e{i % distinct}@qzx.org" for i in range(700)]})
    frame = frame.assign(x=range(700), y=[0, 1] * 350)
    snapshot, out, settings = _ingested(tmp_path, frame, target="y")
    who = deduce(snapshot, out / "data.parquet", settings).column("who")
    assert (who.type, who.role) == (type_, role)
    assert says in who.reason


def test_numbers_and_texts_of_one_value_are_equal(tmp_path):
    _, out, _ = _ingested(tmp_path, _table().assign(who=range(46)), "parquet")
    assert pd.read_parquet(out / "data.parquet")["who"][7] == hashed_text("7", KEY)


def test_without_a_key_nothing_is_read(tmp_path):
    with pytest.raises(PipeWeaveError, match="no key"):
        _ingested(tmp_path, _table(), key=None)


def test_batches_and_labels_get_the_same_hashes(tmp_path):
    snapshot, _, _ = _ingested(tmp_path, _table())
    path, out = tmp_path / "batch.csv", tmp_path / "batch"
    out.mkdir()
    path.write_text("mail,WHO,who_else\na@qzx.org,e3@qzx.org,?\n,?,e3@qzx.org\n")
    matcher = ColumnMatcher(("who", "x", "y"), "y", ("mail",), hashed=("mail", "Who_Else"))
    aligned = {"matcher": matcher, "columns": snapshot.columns[:1], "name": "batch.csv"}
    read_aligned(path, out=out, key=SecretStr(KEY), **aligned)
    found = pd.read_parquet(out / "data.parquet")
    assert found["who"][0] == found["who_else"][1] == hashed_text("e3@qzx.org", KEY)
    assert found["mail"][0] == hashed_text("a@qzx.org", KEY)
    assert pd.isna(found["who"][1])
    assert b"qzx" not in (out / "data.parquet").read_bytes()
    for key, words in ((None, "no key"), (OTHER, "another key")):
        with pytest.raises(PipeWeaveError, match=words):
            read_aligned(path, out=out, key=key, **aligned)


def test_rows_of_a_request_get_the_same_hashes_or_are_refused(tmp_path):
    columns = [{"name": "who", "original_name": "who", "type": "text", "forms": [], "primary": 0,
                "hash_key": key_id(KEY)}]  # fmt: skip
    reading = {"forms": [], "columns": columns, "text": ["v"], "table": ["who"], "target": "y"}
    rows = pd.DataFrame({"who": [7, None]}, dtype=object)
    for none in (None, ""):
        with pytest.raises(ColumnsError, match=r"no key is set.*PRIVACY_KEY.*`privacy.key` in"):
            read_frame(reading, rows, none)
    with pytest.raises(ColumnsError, match="not the key"):
        read_frame(reading, rows, KEY[::-1])
