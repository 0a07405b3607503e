"""Small files that decompress to gigabytes, one for each way in which a format allows it."""

import bz2
import gzip
import itertools
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_BLOCK = b"1,2,3,4\n" * (1 << 18)  # 2 MB
_REPEATS = 2000  # 4 GB
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Bomb = Callable[[Path], str]


def gz(path: Path) -> str:
    """Thousands of gzip members, one after the other."""
    path.write_bytes(gzip.compress(_BLOCK) * _REPEATS)
    return "bomb.csv.gz"


def bz2_streams(path: Path) -> str:
    """Thousands of bzip2 streams."""
    path.write_bytes(bz2.compress(_BLOCK) * _REPEATS)
    return "bomb.csv.bz2"


def zstd_frames(path: Path) -> str:
    """Thousands of Zstandard frames."""
    import zstandard

    path.write_bytes(zstandard.ZstdCompressor().compress(_BLOCK) * _REPEATS)
    return "bomb.csv.zst"


def _deflated(block: bytes, repeats: int) -> tuple[bytes, int, int]:
    """Return deflated data that repeats a block, its checksum and its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(repeats):
        checksum = zlib.crc32(block, checksum)
    return piece * repeats + packer.flush(), checksum, len(block) * repeats


def _zip_of(members: dict[str, tuple[bytes, int, int]], path: Path) -> None:
    """Write a zip file of members that are deflated already."""
    directory, offset = b"", 0
    with path.open("wb") as file:
        for name, (data, checksum, size) in members.items():
            sizes = struct.pack("<IIIHH", checksum, len(data), size, len(name), 0)
            head = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes
            file.write(b"PK\x03\x04" + head + name.encode() + data)
            entry = (
                b"PK\x01\x02"
                + struct.pack("<H", 20)
                + head
                + struct.pack("<HHHII", 0, 0, 0, 0, offset)
            )
            directory += entry + name.encode()
            offset = file.tell()
        file.write(directory)
        counts = struct.pack(
            "<HHHHIIH", 0, 0, len(members), len(members), len(directory), offset, 0
        )
        file.write(b"PK\x05\x06" + counts)


def zipped(path: Path) -> str:
    """A zip file that declares what it decompresses to."""
    _zip_of({"data.csv": _deflated(_BLOCK, 1200)}, path)
    return "bomb.zip"


def zipped_that_lies(path: Path) -> str:
    """A zip file whose directory declares 1 kB."""
    data, checksum, _ = _deflated(_BLOCK, 1200)
    _zip_of({"data.csv": (data, checksum, 1000)}, path)
    return "bomb.zip"


def _workbook(path: Path, sheet: tuple[bytes, int, int], strings: str = "", **more: str) -> str:
    """Write a workbook whose only sheet is deflated already."""

    def packed(text: str) -> tuple[bytes, int, int]:
        return _deflated(text.encode(), 1)

    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = {"sheet.main": "/xl/workbook.xml", "worksheet": "/xl/worksheets/sheet1.xml",
             "sharedStrings": "/xl/sharedStrings.xml", "styles": "/xl/styles.xml"}  # fmt: skip
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{types}{kind}+xml"/>'
        for kind, name in parts.items()
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{office}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(
            {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml",
             "styles": "styles.xml"}.items()
        )
    )  # fmt: skip
    members = {
        "[Content_Types].xml": packed(
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": packed(
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r0" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": packed(
            f'<workbook xmlns="{_SHEET}" xmlns:r="{office}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r0"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": packed(
            f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>'
        ),
        "xl/sharedStrings.xml": packed(strings or f'<sst xmlns="{_SHEET}"/>'),
        "xl/styles.xml": packed(more.get("styles", f'<styleSheet xmlns="{_SHEET}"/>')),
        "xl/worksheets/sheet1.xml": sheet,
    }
    _zip_of(members, path)
    return "bomb.xlsx"


def _sheet(row: str, repeats: int) -> tuple[bytes, int, int]:
    """Return a deflated sheet that repeats rows without numbers."""
    start = f'<worksheet xmlns="{_SHEET}"><sheetData>'.encode()
    end = b"</sheetData></worksheet>"
    block = row.encode() * 1000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(end) + packer.flush()
    checksum = zlib.crc32(start)
    for _ in range(repeats):
        checksum = zlib.crc32(block, checksum)
    checksum = zlib.crc32(end, checksum)
    return first + piece * repeats + last, checksum, len(start) + len(block) * repeats + len(end)


def workbook_of_cells(path: Path) -> str:
    """A workbook of 130 MB of small cells."""
    return _workbook(path, _sheet("<row>" + "<c><v>7</v></c>" * 30 + "</row>", 280))


def workbook_of_gigabytes(path: Path) -> str:
    """A workbook that declares 2.4 GB."""
    return _workbook(path, _sheet("<row>" + "<c><v>7</v></c>" * 30 + "</row>", 5000))


def workbook_of_texts(path: Path) -> str:
    """A workbook with millions of shared texts."""
    texts = f'<sst xmlns="{_SHEET}">' + "<si><t>x</t></si>" * 4_000_000 + "</sst>"
    return _workbook(path, _sheet("<row><c><v>7</v></c></row>", 1), texts)


def workbook_of_styles(path: Path) -> str:
    """A workbook with a million cell styles."""
    cells = '<xf numFmtId="0"/>' * 1_500_000
    styles = f'<styleSheet xmlns="{_SHEET}"><cellXfs>{cells}</cellXfs></styleSheet>'
    return _workbook(path, _sheet("<row><c><v>7</v></c></row>", 1), styles=styles)


def workbook_of_entities(path: Path) -> str:
    """A billion laughs."""
    names = "abcdefghij"
    laughs = '<!ENTITY a "hahahahaha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names)
    )
    texts = f'<!DOCTYPE sst [{laughs}]><sst xmlns="{_SHEET}"><si><t>&j;</t></si></sst>'
    return _workbook(path, _sheet('<row><c t="s"><v>0</v></c></row>', 3), texts)


def workbook_far_away(path: Path) -> str:
    """A sheet whose rows each fill another column."""
    letters = [a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    rows = "".join(
        f'<row r="{i + 1}"><c r="{letters[i % 676]}{i + 1}"><v>1</v></c></row>'
        for i in range(200_000)
    )
    text = f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return _workbook(path, _deflated(text.encode(), 1))


def parquet_page(path: Path) -> str:
    """One value of 1.5 GB of zeros, compressed."""
    pq.write_table(pa.table({"a": [b"\0" * (1_500 << 20)]}), path, compression="zstd")
    return "bomb.parquet"


def parquet_rows(path: Path) -> str:
    """Two hundred million equal rows."""
    column = pa.repeat(pa.scalar(7, pa.int8()), 20_000_000)
    table = pa.table({f"c{i}": column for i in range(15)})
    pq.write_table(table, path, compression="zstd", row_group_size=20_000_000)
    return "bomb.parquet"


def parquet_texts(path: Path) -> str:
    """A text of 1 MB, two hundred thousand times, as a dictionary."""
    texts = pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int32()), 200_000), pa.array(["x" * (1 << 20)])
    )
    pq.write_table(pa.table({"a": texts}), path, compression="zstd", store_schema=False)
    return "bomb.parquet"


def arrow_buffers(path: Path) -> str:
    """Compressed buffers of zeros."""
    batch = pa.record_batch({f"c{i}": pa.array(range(0), pa.int64()) for i in range(1)})
    zeros = pa.Array.from_buffers(pa.int64(), 1 << 27, [None, pa.py_buffer(bytes(1 << 30))])
    batch = pa.record_batch({"a": zeros, "b": zeros})
    with pa.ipc.new_file(
        path, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as file:
        file.write(batch)
        file.write(batch)
    return "bomb.arrow"


def arrow_nulls(path: Path) -> str:
    """Two billion rows of nothing, which take no byte."""
    batch = pa.record_batch({"a": pa.Array.from_buffers(pa.null(), (1 << 31) - 1, [None])})
    with pa.ipc.new_file(path, batch.schema) as file:
        file.write(batch)
    return "bomb.arrow"


def arrow_runs(path: Path) -> str:
    """A run of two billion equal values."""
    runs = pa.RunEndEncodedArray.from_arrays(
        pa.array([2_000_000_000], pa.int32()), pa.array(["x" * 99])
    )
    batch = pa.record_batch({"a": runs})
    with pa.ipc.new_stream(path, batch.schema) as file:
        file.write(batch)
    return "bomb.arrows"


def arrow_texts(path: Path) -> str:
    """A text of 1 MB, a million times, as a dictionary."""
    texts = pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int32()), 1_000_000), pa.array(["x" * (1 << 20)])
    )
    batch = pa.record_batch({"a": texts})
    with pa.ipc.new_file(
        path, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as file:
        file.write(batch)
    return "bomb.arrow"


def json_lists(path: Path) -> str:
    """Millions of empty lists."""
    path.write_text("[" + "[]," * 6_000_000 + "[]]")
    return "bomb.json"


def json_sparse(path: Path) -> str:
    """A row of 5,000 keys, and a million empty ones."""
    first = json.dumps({f"k{i}": 1 for i in range(4_900)})
    path.write_text(f"{first}\n" + "{}\n" * 1_000_000)
    return "bomb.jsonl"


def json_deep(path: Path) -> str:
    """A list of lists of lists, a million deep."""
    path.write_text("[" * 1_000_000 + "]" * 1_000_000)
    return "bomb.json"


def json_packed(path: Path) -> str:
    """Millions of empty objects, in 100 kB."""
    path.write_bytes(gzip.compress(b"[" + b'{"a":{}},' * 6_000_000 + b"{}]", 9))
    return "bomb.json.gz"


def zip_of_zips(path: Path) -> str:
    """A zip file in a zip file in a zip file, and so on."""
    inner = b"a,b\n1,2\n"
    for depth in range(6):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.csv" if not depth else f"{depth}.zip", inner)
        inner = path.read_bytes()
    return "bomb.zip"


BOMBS: dict[str, Bomb] = {
    "gz": gz,
    "bz2": bz2_streams,
    "zst": zstd_frames,
    "zip": zipped,
    "zip, false size": zipped_that_lies,
    "zip of zips": zip_of_zips,
    "xlsx, 2 GB": workbook_of_gigabytes,
    "xlsx, cells": workbook_of_cells,
    "xlsx, texts": workbook_of_texts,
    "xlsx, styles": workbook_of_styles,
    "xlsx, entities": workbook_of_entities,
    "xlsx, scattered": workbook_far_away,
    "parquet, page": parquet_page,
    "parquet, rows": parquet_rows,
    "parquet, texts": parquet_texts,
    "arrow, buffers": arrow_buffers,
    "arrow, nulls": arrow_nulls,
    "arrow, runs": arrow_runs,
    "arrow, texts": arrow_texts,
    "json, lists": json_lists,
    "json, sparse": json_sparse,
    "json, deep": json_deep,
    "json.gz": json_packed,
}
