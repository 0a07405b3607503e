"""Of the files in an archive the table is read, whatever else is longer."""

import bz2
import gzip
import io
import zipfile

import pytest

TABLE = "a,b\n" + "".join(f"{i},{i * 2}\n" for i in range(30))
TABS = TABLE.replace(",", "\t")
PROSE = "These figures were collected by the office, from May on. See the web site.\n" * 40
LONG = "".join(f"{i},{i * i},{i}\n" for i in range(3000))


def archive(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, content in members.items():
            out.writestr(name.replace("__", ".").replace("_S_", "/"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "other",
    ["description__txt", "notes__txt", "LICENCE__txt", "x_S_ReadMe__md", "info__txt", "about__csv",
     "metadata__json", "x__pdf", "x__md5", "Lizenz"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data__csv", TABLE),
        ("data__txt", TABS),
        ("x_S_data__csv__gz", gzip.compress(TABLE.encode())),
        ("data__tsv__bz2", bz2.compress(TABS.encode())),
    ],
    ids=["csv", "txt", "csv.gz", "tsv.bz2"],
)
def test_the_table_is_read_beside_longer_texts(read, name, content, other):
    snapshot = read(archive(**{other: PROSE, name: content}), name="data.zip")
    assert (snapshot.rows, [c.name for c in snapshot.columns]) == (30, ["a", "b"])
    assert any(
        "contains 2 files" in note and "looks like the table" in note for note in snapshot.notes
    )


@pytest.mark.parametrize("name", ["big__txt", "big__csv", "big__data"])
def test_of_two_tables_the_larger_is_read(read, name):
    members = {"names__csv": TABLE, name: f"x,y,z\n{LONG}"}
    snapshot = read(archive(**members), name="data.zip")
    assert snapshot.rows == 3000
    assert any("the largest with data" in note for note in snapshot.notes)


@pytest.mark.parametrize("name", ["description__txt", "README__md", "data"])
def test_a_file_alone_is_read_whatever_its_name(read, name):
    assert read(archive(**{name: TABLE}), name="data.zip").rows == 30
