"""Lines of a genome browser among intervals are neither names nor rows."""

import pytest

TRACK = 'track name="{}" description="Clone, paired {}" useScore=1 color=200,100,0'
HEADS = {
    "a track": [TRACK.format("a", "reads")],
    "a browser": ["browser position chr7:1-9", "browser hide all", TRACK.format("a", "x")],
    "comments": ["# made by a tool", "#genome hg38", "track type=bedGraph name='b c'"],
}


def intervals(count, chromosome, delimiter):
    rows = [
        (f"chr{chromosome}", 1000 + 700 * i, 5000 + 700 * i, f"clone{i}", 960 - i, "+-"[i % 2])
        for i in range(count)
    ]
    return [delimiter.join(map(str, row)) for row in rows]


@pytest.mark.pairwise
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("delimiter", ["\t", " "])
@pytest.mark.parametrize("tracks", [1, 2, 4])
def test_tracks_are_left_out_wherever_they_stand(head, delimiter, tracks, read, rows):
    lines = [*HEADS[head]]
    for number in range(tracks):
        lines += [TRACK.format(number, "more")] * (number > 0)
        lines += intervals(8, number + 1, delimiter)
    snapshot = read("\n".join(lines) + "\n", name="intervals.bed")
    types = ["string", "integer", "integer", "string", "integer", "string"]
    assert [c.type.replace("text", "string") for c in snapshot.columns] == types
    assert snapshot.rows == 8 * tracks
    assert [row["column_2"] for row in rows()][:2] == [1000, 1700]
    assert {row["column_1"] for row in rows()} == {f"chr{n + 1}" for n in range(tracks)}


@pytest.mark.parametrize("first", ["track,artist,length", "track name,artist,length", "track"])
def test_a_column_of_that_name_stays_a_name(first, read):
    width = first.count(",") + 1
    body = "".join(",".join(f"{word}{i}" for word in "abc"[:width]) + "\n" for i in range(9))
    snapshot = read(f"{first}\n{body}")
    assert [c.original_name for c in snapshot.columns] == first.split(",")
    assert snapshot.rows == 9


def test_a_hostile_line_takes_no_time(read):
    line = "track" + ' a="b"' * 5_000 + " x"
    assert read(f"{line}\n" + "chr1\t1\t2\n" * 9).rows >= 9
