"""Whole files in, typed tables out."""

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


def types(snapshot):
    return [c.type for c in snapshot.columns]


def test_plain_csv(read, rows):
    snapshot = read(PLAIN)
    assert types(snapshot) == ["text", "integer", "number"]
    assert snapshot.rows == snapshot.rows_read == 3
    assert rows()[1] == {"name": "Bob", "age": 41, "paid": 2.25}
    assert snapshot.dialect.delimiter == ","
    assert snapshot.dialect.header_rows == 1


def test_same_input_same_document(read):
    assert read(PLAIN).sha256 == read(PLAIN).sha256


def test_hostile_names(read, rows):
    name = 'x"); DROP TABLE raw0; --'
    quoted = name.replace('"', '""')
    snapshot = read(f'"{quoted}","it\'s"\n' + "1,o'neil\n2,b\n3,c\n")
    assert snapshot.columns[0].name == name
    assert rows()[0] == {name: 1, "it's": "o'neil"}
