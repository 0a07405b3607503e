"""Compressed files are unpacked within limits, and nothing is left behind."""

import gzip

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
