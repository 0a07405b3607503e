"""Metrics in the text format of Prometheus: a row per sample, a column per label."""

import pytest

LABELS = [{"path": '/a, "b"', "code": 200}, {"path": "}{", "code": 404}, {"code": 500}]
ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\"})


def sample(name, labels, value, time=""):
    inner = ",".join(f'{k}="{str(v).translate(ESCAPED)}"' for k, v in labels.items())
    return f"{name}{{{inner}}} {value}{time}\n" if labels else f"{name} {value}{time}\n"


@pytest.mark.parametrize("time", ["", " 1395066363000"])
def test_each_sample_is_a_row_and_each_label_a_column(time, read, rows):
    lines = ["# HELP hits_total All, of them.\n# TYPE hits_total counter\n"]
    lines += [sample("hits_total", LABELS[i % 3], i * 1.5, time) for i in range(12)]
    lines += ["\n# TYPE heat gauge\n", sample("heat", {}, "1e3", time), "# EOF\n"]
    snapshot = read("".join(lines), name="metrics")
    table = rows()
    assert [r["value"] for r in table] == [*(i * 1.5 for i in range(12)), 1000]
    assert [r["path"] for r in table[:3]] == ['/a, "b"', "}{", None]
    assert [r["code"] for r in table[:4]] == [200, 404, 500, 200]
    assert {(r["metric"], r["type"]) for r in table} == {
        ("hits_total", "counter"),
        ("heat", "gauge"),
    }
    assert ("timestamp" in {c.name for c in snapshot.columns}) == bool(time)


def test_a_damaged_sample_is_quarantined(read):
    lines = [sample("up", {"job": i}, i) for i in range(30)]
    snapshot = read("# TYPE up gauge\n" + "".join([*lines, 'up{job="x\n']))
    assert (snapshot.rows, snapshot.rows_quarantined) == (30, 1)


def test_a_table_below_such_a_comment_is_none(read):
    snapshot = read("# HELP up x\nname,value\n" + "".join(f"n{i},{i}\n" for i in range(9)))
    assert not any("Prometheus" in note for note in snapshot.notes)


@pytest.mark.parametrize("piece", ['a="', '"', "\\", "{", "1.", "a"])
def test_a_hostile_line_takes_no_time(piece, read):
    lines = [sample("up", {"job": i}, i) for i in range(40)]
    text = "# TYPE up gauge\n" + "".join(lines) + f"up{{{piece * 5_000}\n"
    assert read(text).rows == 40
