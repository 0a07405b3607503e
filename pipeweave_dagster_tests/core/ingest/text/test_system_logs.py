"""Logs of systems: one row per event, and every field that a record has is in its row."""

import re
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned

START = datetime(2024, 1, 28, 10, 0, 5, tzinfo=UTC)
TEXTS = ("opened for root by (uid=0)", "a, b; c | d: e", "up: 1000Mbps - ok", '{"n": 1} [x]')
OLD, ISO = "%b %e %H:%M:%S", "%Y-%m-%dT%H:%M:%S.003Z"
SYSLOG = ["time", "host", "app", "process", "message"]
FULL = ["priority", "version", *SYSLOG[:-1], "message_id", "data", "message"]
POSTGRES = ["time", "process", "context", "level", "message"]
KINDS = {
    "syslog": (OLD, "{t} web-1 {app}{pid}: {text}", SYSLOG),
    "syslog with priorities": (OLD, "<{n}>{t} web-1 {app}{pid}: {text}", ["priority", *SYSLOG]),
    "rsyslog": (ISO, "{t} web-1 {app}{pid}: {text}", SYSLOG),
    "RFC 5424": (ISO, '<{n}>1 {t} a.b {app} {nil} ID{n} [x@3 k="a]b" e="{n}"][y z="1"] {text}',
                 FULL),
    "RFC 5424 with nil": (ISO, "<{n}>1 {t} a.b {app} {nil} - - {text}", FULL),
    "PostgreSQL": ("%Y-%m-%d %H:%M:%S.123 UTC", "{t} [7{n}] {user}ERROR:  {text}", POSTGRES),
    "PostgreSQL with names": ("%Y-%m-%d %H:%M:%S CET",
                              "{t} [7{n}]: [{n}-1] user={n},db=,client= LOG:  {text}", POSTGRES),
}  # fmt: skip


def records(kind, count=24):
    form, row, _ = KINDS[kind]
    return [
        row.format(
            t=(START + timedelta(seconds=37_037 * i)).strftime(form),
            n=i + 30,
            app=("sshd", "CRON", "kernel", "postfix/smtpd")[i % 4],
            pid=f"[{900 + i}]" if i % 4 != 2 else "",
            nil=f"{900 + i}" if i % 4 != 2 else "-",
            user="bob@shop " if i % 3 else "",
            text=TEXTS[i // 2 % 4],
        )
        for i in range(count)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_event_is_a_row_and_no_field_is_lost(kind, read, rows):
    lines = records(kind)
    snapshot = read("\n".join([*lines[:5], "\tmore of it", *lines[5:], ""]), name="a.log")
    filled = [c.name for c in snapshot.columns if c.missing < 24 or c.name == "data"]
    assert [n for n in KINDS[kind][2] if n in filled] == filled
    assert (snapshot.rows, snapshot.rows_quarantined) == (24, 0)
    for i, (line, row) in enumerate(zip(lines, rows(), strict=True)):
        message = row["message"].removesuffix("\n\tmore of it" if i == 4 else "")
        assert line.endswith(message)
        assert message.endswith(TEXTS[i // 2 % 4])
        own = {word for v in row.values() if v is not None for word in re.findall(r"\w+", str(v))}
        timeless = line.replace(
            (START + timedelta(seconds=37_037 * i)).strftime(KINDS[kind][0]), ""
        )
        assert {w for w in re.findall(r"\w+", timeless) if w != "UTC"} <= own
    bare = "no year" in " ".join(snapshot.notes)
    assert bare == (KINDS[kind][0] == OLD)
    assert bare or snapshot.columns[filled.index("time")].type == "datetime"


def test_as_many_bars_in_every_message_of_loguru_divide_none(read, rows):
    lines = [f"2024-01-05 10:00:{i:02d}.123 | INFO     | a:b:{i} - x | y {i}" for i in range(24)]
    read("\n".join([*lines, ""]), name="a.log")
    assert [row["message"] for row in rows()] == [f"x | y {i}" for i in range(24)]


def test_a_field_that_the_first_lines_have_not_stays_in_the_message(read, rows):
    lines = records("syslog", 2100)
    lines[2050] = f"<34>{lines[2050]}"
    snapshot = read("\n".join([*lines, ""]), name="a.log")
    assert snapshot.rows == 2100
    assert rows()[2050]["message"] == lines[2050]


def test_an_event_alone_has_the_fields_of_the_training_table(read, tmp_path):
    columns = read("\n".join([*records("syslog"), ""]), name="a.log").columns
    out = tmp_path / "batch"
    out.mkdir()
    (tmp_path / "one.log").write_text(records("syslog")[2] + "\n")
    matcher = ColumnMatcher(tuple(c.name for c in columns))
    read_aligned(tmp_path / "one.log", "one.log", columns, out, matcher=matcher)
    [row] = pq.read_table(out / "data.parquet").to_pylist()
    assert (row["app"], row["process"], row["message"]) == ("kernel", None, TEXTS[1])


OTHERS = {
    "readings": "{t:%Y-%m-%dT%H:%M:%SZ} station{n} temp: {n}.5",
    "blanks": "{t:%b %e %H:%M:%S} web {n} 12 a",
    "commas": "{t:%b %e %H:%M:%S},web,cron: a,{n}",
    "angles": "<{n}> {t:%b %e %H:%M:%S} web cron: a",
}


@pytest.mark.parametrize("row", OTHERS.values(), ids=OTHERS)
def test_other_lines_with_times_are_no_events(row, read):
    lines = [row.format(t=START + timedelta(hours=i), n=i % 7) for i in range(30)]
    snapshot = read("\n".join([*lines, ""]))
    assert "message" not in {c.name for c in snapshot.columns}


def test_an_export_of_the_journal_is_refused_by_name(read):
    event = "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=17\n_PID=3\nMESSAGE=up\n\n"
    with pytest.raises(PipeWeaveError, match="journalctl -o export") as error:
        read(event * 9, name="journal.txt")
    assert "journalctl -o json" in str(error.value)


@pytest.mark.parametrize("piece", ["[a ", "<1>", '[x k="', "a:", "\\", "ERROR:", "] "])
def test_a_hostile_line_takes_no_time(piece, read):
    lines = [*records("RFC 5424")[:1], *records("syslog")[:1], *records("PostgreSQL")[:1]]
    for line in lines:
        head = line[: line.index("web-1") if "web-1" in line else 60]
        assert read("\n".join([line] * 9 + [head + piece * 5_000, ""])).rows >= 9
