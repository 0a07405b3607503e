"""Compressed files are unpacked within limits, and nothing is left behind."""

import gzip
import io
import zipfile

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


def test_too_large_before_and_after_unpacking(read):
    with pytest.raises(PipeWeaveError, match="the limit is"):
        read("x" * 2000, max_bytes=1000)
    bomb = gzip.compress(b"1,2,3\n" * 500_000)
    with pytest.raises(PipeWeaveError, match="decompresses to more than"):
        read(bomb, max_uncompressed_bytes=1_000_000)


def test_nothing_is_left_behind(read, tmp_path):
    read(gzip.compress(PLAIN.encode()))
    with pytest.raises(PipeWeaveError):
        read(b"\x1f\x8bbroken")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "upload0"]


@pytest.mark.parametrize("note", ["readme.txt", "docs/README_v2.txt", "LICENSE.txt", "Read me.txt"])
@pytest.mark.parametrize("data", ["people.csv", "data/people.txt", "people.tsv"])
def test_a_longer_file_of_notes_in_an_archive_is_not_the_table(read, note, data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(note, "All about these people, as we met them.\n" * 40)
        archive.writestr(data, PLAIN)
    snapshot = read(packed.getvalue(), name="data.zip")
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (["name", "age", "paid"], 3)
    assert any(note in line and "skipped" in line for line in snapshot.notes)


def test_an_archive_of_notes_only_is_read_as_they_are(read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.csv", PLAIN)
    assert read(packed.getvalue(), name="data.zip").rows == 3
