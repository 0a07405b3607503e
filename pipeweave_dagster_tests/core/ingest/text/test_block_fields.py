"""Records of several lines: one row per record, a column per key, and nothing else is taken so."""

import base64

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import ReadSetting, SnapshotColumn
from pipeweave_dagster.core.erasure import remove_from_file
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, read_aligned

TEXTS = ('a, "b"; c', "see: x = 1 | y", "plain", "größer +")
RECORDS = [{"id": i, "name": TEXTS[i % 4], "size": i * 1.5} for i in range(12)]


def psql(records, bar="|", line="-", joint="+"):
    head = f"{line}[ RECORD {{}} ]{line}{joint}{line * 9}"
    return "".join(
        "\n".join([head.format(i), *(f"{k:<10} {bar} {v}" for k, v in r.items()), ""])
        for i, r in enumerate(records, 1)
    )


def framed(records):
    return "".join(
        "\n".join([f"+-[ RECORD {i} ]-+{'-' * 24}+", *(f"| {k:<12} | {v:<22} |"
                                                       for k, v in r.items()), ""])
        for i, r in enumerate(records, 1)
    ) + f"+{'-' * 14}+{'-' * 24}+\n"  # fmt: skip


def mysql(records):
    blocks = (
        f"{'*' * 27} {i}. row {'*' * 27}\n" + "".join(f"{k:>6}: {v}\n" for k, v in r.items())
        for i, r in enumerate(records, 1)
    )
    return (
        "mysql> SELECT * FROM t\\G\n" + "".join(blocks) + "12 rows in set (0.00 sec)\n\nmysql> \n"
    )


def stanza(form, between="\n"):
    return lambda records: between.join(
        "".join(form.format(k=k, v=v) + "\n" for k, v in r.items()) for r in records
    )


def ldif(records):
    def line(key, value):
        text = str(value)
        if text.isascii():
            return f"{key}: {text[:4]}\n {text[4:]}\n" if text[4:] else f"{key}: {text}\n"
        return f"{key}:: {base64.b64encode(text.encode()).decode()}\n"

    entries = (f"# entry {i}\ndn: cn={i}\n" + "".join(line(k, v) for k, v in r.items())
               for i, r in enumerate(records))  # fmt: skip
    return "version: 1\n\n" + "\n".join(entries) + "\n# search result\nsearch: 2\nresult: 0 ok\n"


KINDS = {
    "psql": psql,
    "psql in Unicode": lambda r: psql(r, "│", "─", "┬"),
    "psql with a frame": framed,
    "psql without alignment": stanza("{k}|{v}"),
    "mysql": mysql,
    "control": stanza("{k}: {v}"),
    "aligned": stanza("{k:<10} : {v}"),
    "tabs": stanza("{k}\t: {v}", "\n\n"),
    "equals": stanza("{k} = {v}"),
    "bare equals": stanza("{k}={v}"),
    "rules": stanza("{k}: {v}", "----------\n"),
    "in a row": stanza("{k}: {v}", ""),
    "ldif": ldif,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_record_is_a_row_and_each_key_a_column(kind, read, rows):
    records = RECORDS
    if kind == "psql without alignment":
        records = [{**r, "name": r["name"].replace("|", "/")} for r in records]
    snapshot = read(KINDS[kind](records), name="data.txt")
    assert [{k: r[k] for k in ("id", "name", "size")} for r in rows()] == records
    types = {c.name: c.type for c in snapshot.columns}
    assert (types["id"], types["name"], types["size"]) == ("integer", "text", "number")
    assert {*types} == {"id", "name", "size", *(["dn"] if kind == "ldif" else [])}
    assert any("12 records of several lines" in note for note in snapshot.notes)


def test_absent_keys_repeated_keys_and_values_of_several_lines(read, rows):
    blocks = ["Package: a\nPriority: 1\nDepends: x,\n y\nDescription: short\n long\n .\n end\n",
              "Package: b\nPriority: 2\nTag: one\nTag: two\n",
              "# a comment\nPackage: c\nPriority: 1\nDescription:\n more\n",
              "Package: d\nPriority: 2\nTag: three\n"]  # fmt: skip
    snapshot = read("\n".join(blocks), name="Packages")
    names = ("Package", "Depends", "Description", "Tag")
    assert [tuple(r[n] for n in names) for r in rows()] == [
        ("a", "x,\ny", "short\nlong\n\nend", None),
        ("b", None, None, "one; two"),
        ("c", None, "more", None),
        ("d", None, None, "three"),
    ]
    assert [(left.line, left.text) for left in snapshot.left_out] == [(15, "# a comment")]
    assert "Joined the values of keys that a record repeats, such as Tag." in snapshot.notes


def test_values_of_several_lines_below_heads(read, rows):
    text = "-[ RECORD 1 ]-\nid | 1\nt  | a   +\n   | b\n-[ RECORD 2 ]-\nid | 2\nt  | c\n"
    read(text, name="a.txt")
    assert [r["t"] for r in rows()] == ["a\nb", "c"]


def test_a_log_of_git_has_messages_and_changes(read, rows):
    commit = ("commit {i:040x}{refs}\n{merge}Author: Ann <a@x.org>\n"
              "Date:   Mon Jan 22 10:00:0{i} 2024 +0100\n\n    Fix {i}\n    \n"
              "    Author: nobody\n\n"
              "{stat}")  # fmt: skip
    refs, merge, stat = " (HEAD -> main)", "Merge: a1 b2\n", " a.py | 2 +-\n\n"
    commits = [commit.format(i=i, refs="" if i else refs, merge="" if i - 1 else merge,
                             stat="" if i - 2 else stat) for i in range(4)]  # fmt: skip
    snapshot = read("".join(commits), name="log.txt")
    assert [r["message"] for r in rows()] == [f"Fix {i}\n\nAuthor: nobody" for i in range(4)]
    assert [r["refs"] for r in rows()] == ["HEAD -> main", None, None, None]
    assert [r["Merge"] for r in rows()] == [None, "a1 b2", None, None]
    assert rows()[2]["changes"].strip() == "a.py | 2 +-"
    assert {c.type for c in snapshot.columns if c.name == "Date"} == {"datetime"}


@pytest.mark.parametrize("end", ["ER  - \n", "ER  - \n\n"])
def test_references_join_their_authors(end, read, rows):
    entry = "TY  - JOUR\nAU  - Lee, A\nAU  - Poe, B\nPY  - {y}\nAB  - one\nmore of it\n"
    read("".join(entry.format(y=2000 + i) + end for i in range(4)), name="a.ris")
    assert [(r["AU"], r["PY"], r["AB"]) for r in rows()] == [
        ("Lee, A; Poe, B", 2000 + i, "one more of it") for i in range(4)
    ]


OTHERS = {
    "keys that differ": "name: x\nage: 3\n\nport: 1\nhost: b\n\nuser: k\nshell: z\n\ncolor: r\n",
    "YAML": "web:\n  image: a\n  port: 1\n\ndb:\n  image: b\n  port: 2\n\nmq:\n  image: c\n",
    "documents of YAML": "---\nname: a\nage: 1\n---\nname: b\nage: 2\n---\nname: c\nage: 3\n",
    "INI": "[a]\nhost = x\nport = 1\n\n[b]\nhost = y\nport = 2\n\n[c]\nhost = z\nport = 3\n",
    "dialogue": "Ann: hi\nBob: yes\nAnn: no\nBob: ok\n\n" * 4,
    "a table": "name,note\na: 1,x\nb: 2,y\n\na: 3,z\nb: 4,w\n\na: 5,v\nb: 6,u\n",
    "pairs": "name|age\nAnn|3\nBob|4\n\nname|age\nCy|5\nDee|6\n\nname|age\nEve|7\nFay|8\n",
    "messages": "Error: bad\n\nWarning: odd\n\nError: worse\n\nWarning: strange\n",
    "prose": "Note: this is it.\nIt goes on here.\n\nNote: more.\nAnd this.\n\nNote: end.\nBye.\n",
    "code": "try:\n    a = 1\nexcept E:\n    b\n\ntry:\n    c\nexcept E:\n    d\n\n" * 3,
    "times": "10:00: a\n10:05: b\n\n10:00: c\n10:05: d\n\n10:00: e\n10:05: f\n",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_nothing_else_is_taken_for_records(text, read):
    assert not any("of several lines" in note for note in read(text, name="a.txt").notes)


def test_the_user_can_read_the_lines_otherwise(read):
    text = KINDS["control"](RECORDS)
    snapshot = read(text, read=ReadSetting(delimiter="none", header=0))
    assert (len(snapshot.columns), snapshot.rows) == (1, 36)


def test_a_batch_of_one_record_is_read_like_the_training_file(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text("id: 7\nsize: 2.5\n")
    size = SnapshotColumn(name="size", original_name="size", type="number", missing=0)
    matcher = ColumnMatcher(table=("id", "name", "size"))
    read_aligned(file, file.name, [size], tmp_path, matcher=matcher)
    assert [r["size"] for r in pq.read_table(tmp_path / "data.parquet").to_pylist()] == [2.5]


@pytest.mark.parametrize("kind", ["psql", "control", "ldif"])
def test_a_subject_is_removed_with_all_lines_of_its_record(kind, tmp_path):
    file, target = tmp_path / "a.txt", tmp_path / "kept"
    file.write_text(KINDS[kind](RECORDS))
    remove_from_file(file, file.name, "id", "7", target, IngestLimits())
    assert "10.5" not in target.read_text()
    assert target.read_text().count("size") == 11


@pytest.mark.parametrize("piece", ["a ", "a: ", " ", "a=", "|", "a" * 70 + " ", "\n", "a: b\n"])
def test_hostile_lines_take_no_time(piece, read):
    text = KINDS["control"](RECORDS) + "\nid: 1\n" + piece * 20_000 + "\n"
    assert read(text, name="a.txt").rows >= 12


def test_keys_beyond_the_limit_are_in_one_column(read, rows):
    text = "\n".join(f"id: {i}\nkind: a\nkey{i}: {i}\nb: 1\nc: 2\nd: 3\n" for i in range(600))
    read(text, name="a.txt")
    assert rows()[599]["further keys"] == "key599: 599"
