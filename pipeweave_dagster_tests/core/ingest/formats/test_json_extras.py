"""Comments and trailing commas in JSON are passed over, counted, and nothing else is."""

import json

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.formats.json_extras import without_extras

ROWS = [{"a": 1, "b": "x, ]"}, {"a": 2, "b": '// y # /* z */ \\",'}]
RECORDS = [json.dumps(row)[:-1] + "%s}" for row in ROWS]


def records(extra=""):
    return [record % extra for record in RECORDS]


ONE, TWO = records()
READ = {
    "commas": (f"[{','.join(records(','))},]", "3 trailing commas"),
    "a comma below the last record": (f"[{ONE},\n{TWO},\n]", "1 trailing comma"),
    "comments": (f"// ours\n[{ONE}, # one\n{TWO} /* two\n] */\n]", "3 comments"),
    "both": (f"[{ONE},{TWO}, // end\n]", "1 comment and 1 trailing comma"),
    "lines": ("{}\n# b\n{} // two\n".format(*records(",")), "2 comments and 2 trailing commas"),
    "a comment above lines": (f"// ours\n{ONE}\n{TWO}\n", "1 comment"),
    "objects": (
        "{}\n\n/* b */\n{}".format(*(r.replace("{", "{\n") for r in (ONE, TWO))),
        "1 comment",
    ),
    "an envelope": (f'{{"rows": [{ONE}, {TWO},],\n}}', "2 trailing commas"),
}


@pytest.mark.parametrize(("text", "passed"), READ.values(), ids=READ)
def test_comments_and_trailing_commas_are_passed_over_and_counted(read, rows, text, passed):
    snapshot = read(text, name="a.json")
    assert (rows(), snapshot.rows_quarantined) == (ROWS, 0)
    assert f"Passed over {passed}, which JSON does not allow." in snapshot.notes


def test_a_comma_below_the_list_is_not_a_second_list(read, rows):
    read(f"[{','.join(records())}],\n", name="a.json")
    assert rows() == ROWS


@pytest.mark.parametrize("name", ["a.json", "a.jsonc", "a.json5"])
def test_a_comment_above_the_data_does_not_hide_the_format(read, rows, name):
    read(f"/* made by us */\n[{','.join(records())}]", name=name)
    assert rows() == ROWS


REFUSED = {
    "a value is missing": ('[{"a": 1,},\n {"a": ,}]', "in line 2, a value is missing at column 9"),
    "two commas": ('[{"a": 1},,]', "a value is missing at column 12"),
    "an open comment": ('[{"a": 1}, /* no end ]', "a value is missing"),
    "an open text": ('[{"a": "x,]}]', "closing quote"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_any_other_fault_is_refused_where_it_is(read, text, reason):
    with pytest.raises(PipeWeaveError, match=reason):
        read(text, name="a.json")


def test_what_is_parsed_twice_is_counted_once(read):
    snapshot = read('[{"a": 1, "a": 2},\n{"a": 0.1234567890123456789},]', name="a.json")
    assert "1 repeated key within a JSON object; the last value of each was kept." in snapshot.notes
    assert [n for n in snapshot.notes if n.startswith("1 number with more than 17 digits")]


@pytest.mark.parametrize("part", ['"\\"', "/*", "/", ",  ", '"\\', "# ", '",', "[,"])
def test_the_time_is_linear_whatever_is_wrong(part):
    text = part * 300_000  # a search that begins anew at each of them would take hours
    plain = without_extras(text)
    assert plain is None or len(plain.text) == len(text)
