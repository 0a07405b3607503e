"""Large files: the fast, the thorough and the lenient path give the same table."""

import pytest

from pipeweave_dagster.core.ingest import build_table, fast_path, sampled_types

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    from pipeweave_dagster.core.ingest.text import delimited

    monkeypatch.setattr(fast_path, "_MIN_BYTES", 1000)
    monkeypatch.setattr(sampled_types, "_SAMPLE_BYTES", 4000)
    monkeypatch.setattr(delimited, "_SMALL", 1000)


def text(rows=3000):
    return "id,when,price,name,flag\n" + "".join(
        f'{i},{i % 12 + 1:02}/{i % 28 + 1:02}/2020,{i * 0.25},"n ""{i}"", x",{i % 2 == 0}\n'
        for i in range(rows)
    )


def all_paths(read, rows, monkeypatch, content, **limits):
    """Return (snapshot, rows) by the fast path, by DuckDB, in memory, and in blocks."""
    results = [(read(content, **limits), rows())]
    monkeypatch.setattr(build_table, "read_fast", lambda *_: None)
    results.append((read(content, **limits), rows()))
    from pipeweave_dagster.core.ingest.text import bulk_load

    monkeypatch.setattr(bulk_load, "supports", lambda *_: False)
    results.append((read(content, **limits), rows()))
    monkeypatch.setattr(bulk_load, "_BLOCK", 5000)
    results.append((read(content, max_in_memory_bytes=100), rows()))
    return results


def test_a_clean_file_takes_the_fast_path(read, rows, monkeypatch):
    def fail(*_):
        pytest.fail("took the thorough path")

    monkeypatch.setattr(build_table, "_read_thoroughly", fail)
    snapshot = read(text())
    assert [c.type for c in snapshot.columns] == ["integer", "date", "number", "text", "boolean"]
    assert rows()[7]["name"] == 'n "7", x'


def test_all_paths_agree_on_a_clean_file(read, rows, monkeypatch):
    (first, one), *others = all_paths(read, rows, monkeypatch, text())
    for snapshot, found in others:
        assert found == one
        assert snapshot.columns == first.columns


def malformed():
    lines = text().splitlines(keepends=True)
    lines[100] = "99,01/02/2020\n"
    lines[2000] = lines[2000].replace("499.75", "free")
    lines[2500] = lines[2500].replace("\n", ",more\n")
    return "".join(lines)


def test_all_paths_agree_on_malformed_rows(read, rows, monkeypatch, out):
    import pyarrow.parquet as pq

    for snapshot, found in all_paths(read, rows, monkeypatch, malformed()):
        assert snapshot.rows_read == 3000
        assert snapshot.rows_quarantined == 3
        assert [r["id"] for r in found] == [i for i in range(3000) if i not in {99, 1999, 2499}]
        quarantine = pq.read_table(out / "quarantine.parquet").to_pylist()
        assert [q["line"] for q in quarantine] == [101, 2001, 2501]


def test_duckdb_reports_lines_of_a_file_too_large_for_memory(read, out):
    import pyarrow.parquet as pq

    snapshot = read(malformed(), max_in_memory_bytes=100)
    assert snapshot.rows_quarantined == 3
    quarantine = pq.read_table(out / "quarantine.parquet").to_pylist()
    assert [q["line"] for q in quarantine] == [101, 2001, 2501]


def test_a_late_mismatch_leaves_the_fast_path(read, rows):
    content = text().replace("\n2501,", "\n2501.5,")
    snapshot = read(content)
    assert snapshot.columns[0].type == "number"
    assert rows()[2501]["id"] == 2501.5


def test_a_column_set_to_text_takes_the_fast_path_too(read, rows, monkeypatch):
    snapshot = read(text(), columns={"Flag ": "text"})
    assert snapshot.columns[4].type == "text"
    found = rows()
    assert found[1]["flag"] == "False"
    monkeypatch.setattr(build_table, "read_fast", lambda *_: None)
    again = read(text(), columns={"Flag ": "text"})
    assert again.columns == snapshot.columns
    assert rows() == found


def test_column_settings_do_not_leave_the_fast_path(read, monkeypatch):
    monkeypatch.setattr(
        build_table, "_read_thoroughly", lambda *_: pytest.fail("took the thorough path")
    )
    read(text(), columns={"flag": "text", "when": "date:%m/%d/%Y"})


@pytest.mark.parametrize(("rows_of_file", "fast"), [(200, False), (9000, True)])
def test_wide_tables_take_the_fast_path_if_their_columns_are_long(
    read, rows, monkeypatch, rows_of_file, fast
):
    monkeypatch.setattr(sampled_types, "_SAMPLE_BYTES", 40_000)
    taken = []
    written = fast_path.write_strictly
    monkeypatch.setattr(
        fast_path, "write_strictly", lambda *args: taken.append(1) or written(*args)
    )
    row = ",".join(f"1{j % 10}.25" for j in range(201))
    snapshot = read(",".join(f"x{j}" for j in range(201)) + f"\n{row}" * rows_of_file + "\n")
    assert (snapshot.rows, {c.type for c in snapshot.columns}) == (rows_of_file, {"number"})
    assert bool(taken) == fast
