"""Columns that the user keeps private: left out of the typed table, or without values in notes.

What is noted while a file is read may quote its values and lines. With private columns, notes on
the whole file quote names of columns alone, and neither quarantine nor left-out lines keep a text:
the line numbers lead to the uploaded file, which is the one place that has it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSnapshot,
    Payload,
    SnapshotColumn,
)
from pipeweave_dagster.core.documents.settings import Privacy
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.hidden_values import HIDDEN, without_quotes
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, without_columns
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.hash_columns import hash_columns, needed_key
from pipeweave_dagster.core.ingest.quarantine import QuarantinedRow, write_quarantine
from pipeweave_dagster.core.ingest.types.column_hints import column_hints
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.model.hashed_values import key_id
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_AS_GOOD_AS_EQUAL = 0.8


def is_private(setting: ColumnSetting) -> bool:
    """Return whether a setting hides the values of its column."""
    return setting.privacy not in {None, "allow"}


def policies_of(columns: Mapping[str, ColumnSetting], headers: list[str]) -> dict[int, Privacy]:
    """Return what is done with the private columns of a table, by their index.

    A name means all columns with this header, whatever they are renamed to.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a name that no column has and one is very much like:
            a slip of the pen must not show what was to be hidden.
    """
    wanted = {fold_name(name): s.privacy for name, s in columns.items() if is_private(s)}
    if not wanted:
        return {}
    names, _ = unique_names(headers)
    found: dict[int, Privacy] = {}
    for i, spellings in enumerate(zip(names, headers, strict=True)):
        for folded in map(fold_name, spellings):
            if policy := wanted.get(folded):
                found[i] = policy
    known = {fold_name(name) for name in (*names, *headers)}
    for name, setting in columns.items():
        if is_private(setting) and fold_name(name) not in known:
            _refuse_misspelled(name, [n for i, n in enumerate(names) if i not in found])
    return found


def _refuse_misspelled(name: str, others: list[str]) -> None:
    near = nearest_names(name, others, count=1, cutoff=_AS_GOOD_AS_EQUAL)
    if near:
        raise validation_error(
            f"`columns: {{{name}: …}}` sets `privacy`, but the file has no such column.",
            fix=f"{did_you_mean(near)} Correct the name in pipeweave.yaml, or remove the entry.",
            nearest=near,
        )


def leave_out(
    raw: RawTable, policies: Mapping[int, Privacy], space: Workspace
) -> tuple[RawTable, dict[int, Privacy]]:
    """Return a table without the columns to drop, and the policies of the others.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no column is left.
    """
    dropped = {i for i, policy in policies.items() if policy == "drop"}
    if not dropped:
        return raw, dict(policies)
    if len(dropped) == len(raw.names):
        raise validation_error(
            "The settings leave out every column of the file.",
            fix="Remove `privacy: drop` from one of them in pipeweave.yaml.",
        )
    kept = [i for i in range(len(raw.names)) if i not in dropped]
    left = {new: policies[old] for new, old in enumerate(kept) if old in policies}
    return without_columns(raw, dropped, space), left


def with_hashes(
    raw: RawTable,
    policies: Mapping[int, Privacy],
    columns: dict[str, ColumnSetting],
    key: SecretStr | None,
    space: Workspace,
) -> tuple[RawTable, dict[str, ColumnSetting]]:
    """Return a table with hashes where they are wanted, and settings by which they stay texts.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without a key.
    """
    hashed = [i for i, policy in policies.items() if policy == "hash"]
    if not hashed:
        return raw, columns
    names, _ = unique_names(raw.names)
    missing = column_hints(columns, names).missing
    known = needed_key(key, [names[i] for i in hashed])
    as_text = {names[i]: ColumnSetting(type="text", privacy="hash") for i in hashed}
    folded = {fold_name(name) for name in as_text}
    others = {name: c for name, c in columns.items() if fold_name(name) not in folded}
    return hash_columns(raw, hashed, known, space, missing), {**others, **as_text}


def without_values(
    snapshot: DatasetSnapshot,
    policies: Mapping[int, Privacy],
    withheld: Sequence[str],
    folder: Path,
    key: SecretStr | None,
) -> DatasetSnapshot:
    """Return a snapshot that quotes no value, and rewrite its quarantine alike.

    Args:
        snapshot: The table, with at least one private column.
        policies: What is done with its private columns, by index.
        withheld: Headers of the columns that were left out.
        folder: Folder of the quarantine.
        key: The key of hashed columns.
    """
    private = {snapshot.columns[i].name for i in policies} | {*withheld}
    names = {n for c in snapshot.columns for n in (c.name, c.original_name)} - private
    update = {
        "columns": [
            _without_values(c, policies[i], key) if i in policies else c
            for i, c in enumerate(snapshot.columns)
        ],
        "left_out": [line.model_copy(update={"text": HIDDEN}) for line in snapshot.left_out],
        "withheld": list(withheld),
        "notes": [*_withheld_note(withheld), *_harmless(snapshot.notes, names, private)],
    }
    if snapshot.quarantine is not None:
        update["quarantine"] = _emptied(folder / snapshot.quarantine.name)
    return snapshot.model_copy(update=update)


def _without_values(
    column: SnapshotColumn, policy: Privacy, key: SecretStr | None
) -> SnapshotColumn:
    shown: dict[str, Any] = {"note": None, "doubt": None, "spellings": {}, "privacy": policy}
    if policy == "hash" and key is not None:
        shown["hash_key"] = key_id(key.get_secret_value())
    return column.model_copy(update=shown)


def _withheld_note(withheld: Sequence[str]) -> list[str]:
    if not withheld:
        return []
    return [f"Left out of the table because of the setting `privacy: drop`: {', '.join(withheld)}."]


def _harmless(notes: Sequence[str], columns: set[str], private: set[str]) -> list[str]:
    """Return the notes that are not about a private column; those on the file quote no values."""
    of_private = tuple(f"{name}: " for name in private)
    of_column = tuple(f"{name}: " for name in columns)
    kept = [n for n in notes if not n.startswith(of_private)]
    shown = [n if n.startswith(of_column) else without_quotes(n, columns | private) for n in kept]
    left = len(notes) - len(kept)
    note = f"Not shown because of the setting `privacy`: {counted(left, 'note')} on values."
    return [*shown, note] if left else shown


def _emptied(path: Path) -> Payload:
    """Rewrite a quarantine without the texts of its rows; lines and reasons stay."""
    import pyarrow.parquet as pq

    rows = pq.read_table(path, columns=["line", "reason"]).to_pylist()
    return write_quarantine(
        [QuarantinedRow(r["line"], without_quotes(r["reason"]), HIDDEN) for r in rows], path
    )
