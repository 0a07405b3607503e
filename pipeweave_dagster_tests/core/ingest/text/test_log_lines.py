"""Logs: one row per record, with time, level, logger and the whole message."""

from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import ReadSetting, SnapshotColumn
from pipeweave_dagster.core.erasure import remove_from_file
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, read_aligned

LEVELS = ("INFO", "WARNING", "ERROR")
TEXTS = ("done", 'user "x, y" logged in - ok', "took 12 ms: [a|b;c]", '{"n": 1, "m": "a b"}')
START = datetime(2024, 5, 14, 10, tzinfo=UTC)
KINDS = {
    "logging": ("%Y-%m-%d %H:%M:%S,250", "{t} - {name} - {level} - {text}"),
    "log4j": ("%Y-%m-%d %H:%M:%S,250", "{t} {level:<7} [main-{n}] {name} - {text}"),
    "logback": ("%H:%M:%S.250", "{t} [main-{n}] {level:<7} {name} - {text}"),
    "spring": ("%Y-%m-%dT%H:%M:%S.250Z", "{t} {level:>7} 123 --- [main-{n}] {name} : {text}"),
    "kafka": ("%Y-%m-%d %H:%M:%S,250", "[{t}] {level} {text}"),
    "django": ("%Y-%m-%d %H:%M:%S,250", "{level} {t} {name}: {text}"),
    "loguru": ("%Y-%m-%d %H:%M:%S.250", "{t} | {level:<8} | {name}:run:12 - {text}"),
    "airflow": ("%Y-%m-%dT%H:%M:%S.250+0000", "[{t}] {{dag.py:1{n}}} {level} - {text}"),
    "nginx": ("%Y/%m/%d %H:%M:%S", "{t} [{level}] 7{n}#0: {text}"),
    "apache": ("%a %b %d %H:%M:%S %Y", "[{t}] [core:{level}] [pid 4{n}] {text}"),
    "apache 2.4": ("%a %b %d %H:%M:%S %Y", "[{t}] [core:{level}] [pid 4{n}:tid 9{n}] {text}"),
    "nginx with threads": ("%Y/%m/%d %H:%M:%S", "{t} [{level}] 7{n}#5{n}: {text}"),
    "brackets": ("%d.%m.%Y %H:%M:%S", "[{t}] [{level}] [worker-{n}] {text}"),
    "plain": ("%Y-%m-%d %H:%M:%S", "{t} {level}: {text}"),
    "no time": ("", "{level}:{name}:{text}"),
}
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in b\n\nValueError: x'


def records(kind, count=24):
    form, row = KINDS[kind]
    times = [START + timedelta(seconds=37_037 * i) for i in range(count)]
    return [
        row.format(
            t=time.strftime(form),
            level=LEVELS[i % 3],
            name=f"app.db{i % 2}",
            n=i % 4,
            text=TEXTS[i // 2 % 4],
        )
        for i, time in enumerate(times)
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trace", [0, 5], ids=["", "with traces"])
def test_each_record_is_a_row_with_its_whole_message(kind, trace, read, rows):
    lines = records(kind)
    texts = [TEXTS[i // 2 % 4] for i in range(24)]
    for i in range(trace, 24, trace or 24):
        if trace:
            lines[i] += f"\n{TRACE}"
            texts[i] += f"\n{TRACE}"
    snapshot = read("\n".join([*lines, "", ""]), name="app.log")
    table = rows()
    assert [row["message"] for row in table] == texts
    assert [row["level"] for row in table] == [*LEVELS] * 8
    if "{name}" in KINDS[kind][1]:
        assert {row["logger"][:6] for row in table} == {"app.db"}
    if "core:" in KINDS[kind][1]:
        assert {row["logger"] for row in table} == {"core"}
    if kind in {"apache 2.4", "nginx with threads"}:
        process = "40:tid 90" if kind == "apache 2.4" else "70#50"
        assert table[0]["process"] == process
    if kind != "no time":
        kind_of_time = "time" if kind == "logback" else "datetime"
        assert snapshot.columns[[c.name for c in snapshot.columns].index("time")].type == (
            kind_of_time
        )
    assert snapshot.rows_quarantined == 0
    assert any("Joined 16 lines" in note for note in snapshot.notes) == bool(trace)


def test_records_that_begin_otherwise_and_a_banner_are_kept(read, rows):
    lines = [*records("log4j", 40)]
    lines[30] = "2024-05-14 10:00:00,250 Shutting down"
    snapshot = read("\n".join(["   ____ ", "  /_  /", *lines, ""]), name="app.log")
    assert [line.text for line in snapshot.left_out] == ["____", "/_  /"]
    assert snapshot.rows == 40
    assert (rows()[30]["message"], rows()[30]["level"]) == ("Shutting down", None)


def test_the_user_can_read_the_lines_otherwise(read):
    text = "\n".join([*records("logging"), ""])
    snapshot = read(text, name="app.log", read=ReadSetting(delimiter="none"))
    assert len(snapshot.columns) == 1


TABLES = {
    "blanks": "{t:%Y-%m-%d %H:%M:%S} {level} {n} {x}",
    "padded": "{t:%Y-%m-%d %H:%M:%S}  {level:<8} host-{n:<8}{x:>9}",
    "commas": "{t:%Y-%m-%d %H:%M:%S},{level},{n},{x}",
    "commas behind a level": "{t:%Y-%m-%d %H:%M:%S} {level},{n},{x}",
    "tabs": "{t:%Y-%m-%d %H:%M:%S}\t{level}\t{n}\t{x}",
    "bars": "{t:%Y-%m-%d %H:%M:%S} | {level} | {n} | {x}",
    "semicolons": "{t:%Y-%m-%d %H:%M:%S} {level} disk: {n};{x}",
    "no level": "{t:%Y-%m-%d %H:%M:%S} - {n} - {x}",
}


@pytest.mark.parametrize("row", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("header", ["", "time level n x"])
def test_a_table_with_a_time_and_a_level_is_no_log(row, header, read):
    times = [START + timedelta(seconds=37 * i) for i in range(30)]
    lines = [
        row.format(t=t, level=LEVELS[i % 3], n=i % 5, x=i * 17.25) for i, t in enumerate(times)
    ]
    snapshot = read("\n".join([*([header] if header else []), *lines, ""]))
    assert "message" not in {c.name for c in snapshot.columns}


CLIENT = '203.0.113.{n} - {user} [{t:%d/%b/%Y:%H:%M:%S} -0700] "GET /{n}?q= HTTP/1.1" 200 {size}'
NAMES = ["host", "identity", "user", "time", "request", "status", "bytes"]
ACCESS = {
    "common": (CLIENT, NAMES),
    "combined": (CLIENT + ' "-" "Moz (X11; \\"a\\") b"', [*NAMES, "referrer", "user_agent"]),
    "virtual hosts": ("ex.org:80 " + CLIENT, ["server", *NAMES]),
    "more": (CLIENT + ' "-" "x y" 0.0{n} "z"',
             [*NAMES, "referrer", "user_agent", "extra_1", "extra_2"]),
}  # fmt: skip


@pytest.mark.parametrize(("row", "names"), ACCESS.values(), ids=ACCESS)
def test_an_access_log_has_whole_requests_and_times(row, names, read, rows):
    lines = [
        row.format(
            n=i, user="-" if i % 3 else "fr", t=START + timedelta(hours=i), size=i * 9 or "-"
        )
        for i in range(30)
    ]
    snapshot = read("\n".join([*lines, "a stray line", ""]), name="access.log")
    filled = [n for n in names if n not in {"identity", "referrer"}]
    assert [c.name for c in snapshot.columns if c.name in filled] == filled
    assert snapshot.columns[names.index("time")].type == "datetime"
    assert rows()[1]["request"] == "GET /1?q= HTTP/1.1"
    assert rows()[1]["time"] == datetime(2024, 5, 14, 18, tzinfo=UTC).replace(tzinfo=None)
    assert (rows()[0]["bytes"], rows()[1]["user"]) == (None, None)
    assert (snapshot.rows, snapshot.rows_quarantined) == (30, 1)


@pytest.mark.parametrize("piece", ["[a ", "a.", "a:", ' "a', "- ", "INFO ", "12:00:00 "])
def test_a_hostile_line_takes_no_time(piece, read):
    line = f"2024-05-01 10:00:00 INFO {piece * 5_000}"
    assert read("\n".join([line] * 9 + [f'1.2.3.4 - - [{piece * 5_000}"', ""])).rows >= 9


def test_a_batch_of_one_record_has_the_fields_of_the_training_table(tmp_path):
    file = tmp_path / "one.log"
    file.write_text("2024-05-01 10:00:00 INFO db.pool: up and running\n")
    message = SnapshotColumn(name="message", original_name="message", type="text", missing=0)
    for logger, text in ((["logger"], "up and running"), ([], "db.pool: up and running")):
        out = tmp_path / f"out{len(logger)}"
        out.mkdir()
        matcher = ColumnMatcher(table=("time", "level", *logger, "message"))
        read_aligned(file, file.name, [message], out, matcher=matcher)
        assert [r["message"] for r in pq.read_table(out / "data.parquet").to_pylist()] == [text]


def test_a_subject_is_removed_with_its_traces(tmp_path):
    lines = [f"{line}\nTraceback of {i}" for i, line in enumerate(records("log4j"))]
    file, target = tmp_path / "app.log", tmp_path / "kept"
    file.write_text("\n".join([*lines, ""]))
    remove_from_file(file, file.name, "context", "main-2", target, IngestLimits())
    kept = target.read_text()
    assert kept.count("Traceback of") == kept.count("[main-") == 18
    assert "Traceback of 2\n" not in kept
