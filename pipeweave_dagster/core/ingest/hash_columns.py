# ruff: noqa: S608 - names of columns in SQL are made here, texts go through `literal`
"""Replace the values of columns by keyed hashes, before anything else looks at them."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from pydantic import SecretStr

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.model.hashed_values import (
    HASH_DIGITS,
    HASH_PREFIX,
    HASHED_ENDS,
    key_id,
)

_BLOCK = 64
_TABLE = "hashed"


def needed_key(key: SecretStr | None, names: Collection[str]) -> str:
    """Return the key for the hashes of some columns.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without one.
    """
    if key is None:
        raise validation_error(
            f"The values of {', '.join(map(repr, names))} are to be hashed, and there is no key.",
            fix="Let an installation of PipeWeave read the data, which has one; or use "
            "`privacy: drop`.",
        )
    return key.get_secret_value()


def refuse_other_key(column: SnapshotColumn, key: str) -> None:
    """Refuse a key other than that of the training data: no value would be known.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the column.
    """
    if column.hash_key is not None and column.hash_key != key_id(key):
        raise validation_error(
            f"The values of {column.name!r} were hashed with another key for training.",
            fix="Set PIPEWEAVE_PRIVACY_KEY to the key of then (or restore `privacy.key` in the"
            " home), or train again.",
            column=column.name,
        )


def hash_columns(
    raw: RawTable,
    columns: Collection[int],
    key: str,
    space: Workspace,
    missing: Mapping[int, Collection[str]] | None = None,
) -> RawTable:
    """Return a table with the hashes of some columns, as `hashed_text` computes them.

    Args:
        raw: The table, which is replaced.
        columns: Their indices.
        key: The key; it goes to DuckDB as a parameter, so that no message quotes it.
        space: DuckDB workspace.
        missing: Texts that stand for a missing value, by index.
    """
    texts = [
        _hash_sql(f"c{i}", (missing or {}).get(i, ())) if i in columns else f"c{i}"
        for i in range(len(raw.names))
    ]
    selected = ", ".join(f"{text} AS c{i}" for i, text in enumerate(texts))
    space.db.execute(
        f"CREATE TABLE {_TABLE} AS SELECT {selected} FROM {raw.table} ORDER BY rowid", _pads(key)
    )
    space.db.execute(f"DROP TABLE {raw.table}")
    types = ["VARCHAR" if i in columns else type_ for i, type_ in enumerate(raw.sql_types)]
    return replace(raw, table=_TABLE, sql_types=types)


def _hash_sql(column: str, missing: Collection[str]) -> str:
    """Return the SQL of HMAC-SHA256 (RFC 2104); the parameters are both padded keys."""
    plain = f"nfc_normalize(trim(CAST({column} AS VARCHAR), '{HASHED_ENDS}'))"
    for text in ("", *missing):
        plain = f"nullif({plain}, {literal(text)})"
    whole = rf"regexp_replace({plain}, '^(-?\d+)\.0+$', '\1')"
    inner = f"unhex(sha256($inner::BLOB || encode({whole})))"
    return f"'{HASH_PREFIX}' || left(sha256($outer::BLOB || {inner}), {HASH_DIGITS})"


def _pads(key: str) -> dict[str, bytes]:
    data = key.encode()
    block = (hashlib.sha256(data).digest() if len(data) > _BLOCK else data).ljust(_BLOCK, b"\0")
    pads = {"inner": 0x36, "outer": 0x5C}
    return {name: bytes(byte ^ pad for byte in block) for name, pad in pads.items()}
