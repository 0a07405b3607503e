"""Score the reading of delimited files by the Pollock benchmark (Vitagliano et al., VLDB 2023).

    python benchmarks/pollock.py FOLDER [--details]

FOLDER holds `csv/` (input), `clean/` (expected) and `parameters/`, or several such folders. For
each file ten figures count: success, and precision, recall and F1 of header, records and cells.
The simple score is the sum of the ten means (at most 10); the weighted one multiplies each file's
sum by its weight in `pollock_weights.json`, which is looked for in FOLDER and its parents.

PipeWeave is told nothing, not even the encoding. Conventions taken:

- Header = multiset of the first row's cells, records = multiset of the further rows, each the
  concatenation of its cells, both normalised; cells = multiset of all raw cells, compared exactly.
- Header rows are joined with one blank. Cells are not trimmed. An empty expected file gives full
  marks to whoever does not fail.
- PipeWeave writes no header where the file has none. Where the truth says that a file has no header
  and yet expects invented names (`col_0` ...), the names are invented here, but only if PipeWeave
  itself said that there is no header; `--no-invented-names` leaves that out.
- Line ends: files whose parameters say CRLF, but which are stored with LF, are brought back to CRLF
  (not the `file_record_delimiter_*` files, which are about just that).
"""

import argparse
import csv
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest_as_text

FIGURES = ("success", *(f"{p}_{m}" for p in ("header", "record", "cell") for m in ("p", "r", "f1")))
_TRUE, _FALSE = {"true", "yes", "t", "y"}, {"false", "no", "f", "n"}
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")


def normalise(cell: str) -> str:  # noqa: PLR0911 - one line a kind of value
    """One form for blanks, booleans, numbers, times, dates and prices; other text as it is."""
    text = cell.strip()
    if not text:
        return ""
    if text.casefold() in _TRUE | _FALSE:
        return "true" if text.casefold() in _TRUE else "false"
    if re.fullmatch(r"[+-]?\d+", text):
        return str(int(text))
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return repr(float(text))
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text):
        return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"
    if match := _DATE.fullmatch(text):
        return f"{int(match[1])}-{int(match[2])}-{int(match[3])} {match[4] or ''}".strip()
    if match := re.fullmatch(r"([$£€])\s*([\d,]+\.?\d*)", text):
        return f"{match[1]}{float(match[2].replace(',', '') or 0)}"
    return cell


def read(path: Path) -> list[list[str]]:
    """Rows of a clean CSV file."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.reader(file))


def overlap(found: Counter[str], expected: Counter[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two multisets."""
    common = sum((found & expected).values())
    if not common:
        both_empty = not found and not expected
        return (1.0, 1.0, 1.0) if both_empty else (0.0, 0.0, 0.0)
    precision, recall = common / sum(found.values()), common / sum(expected.values())
    return precision, recall, 2 * precision * recall / (precision + recall)


def score(found: list[list[str]], expected: list[list[str]]) -> list[float]:
    """The ten figures of one file that was loaded."""
    if not expected:
        return [1.0] * 10
    if not found:
        return [1.0] + [0.0] * 9
    figures = [1.0]
    for part in (_header, _records, _cells):
        figures += overlap(part(found), part(expected))
    return figures


def _header(rows: list[list[str]]) -> Counter[str]:
    return Counter(normalise(c) for c in rows[0])


def _records(rows: list[list[str]]) -> Counter[str]:
    return Counter("".join(normalise(c) for c in r) for r in rows[1:])


def _cells(rows: list[list[str]]) -> Counter[str]:
    return Counter(c for r in rows for c in r)


def original_bytes(path: Path, parameters: dict[str, object]) -> bytes:
    """The file as the benchmark had it, with its own line ends."""
    data = path.read_bytes()
    if path.name.startswith("file_record_delimiter_"):
        return data
    if parameters.get("row_delimiter") == "\r\n" and b"\r\n" not in data:
        return data.replace(b"\n", b"\r\n")
    return data


def load(path: Path, parameters: dict[str, object], invent: bool) -> list[list[str]] | None:
    """What PipeWeave reads; None where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "upload"), Path(folder, "out")
        out.mkdir()
        source.write_bytes(original_bytes(path, parameters))
        if not source.stat().st_size:
            return []
        try:
            table = ingest_as_text(source, path.name, out)
        except PipeWeaveError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            return None
        rows = read(out / "data.csv")
    names = [str(n) for n in parameters.get("column_names") or []]  # type: ignore[attr-defined]
    headless = str(parameters.get("header_lines")) == "0" and names[:1] == ["col_0"]
    if invent and headless and table.header is None:
        rows.insert(0, [f"col_{i}" for i in range(max(map(len, rows)))])
    return rows


def measure(folder: Path, invent: bool) -> dict[str, list[float]]:
    """The ten figures of every file of one folder."""
    figures = {}
    for path in sorted((folder / "csv").iterdir()):
        said = folder / "parameters" / f"{path.name}_parameters.json"
        parameters = json.loads(said.read_text()) if said.exists() else {}
        rows = load(path, parameters, invent)
        expected = read(folder / "clean" / path.name)
        figures[path.name] = [0.0] * 10 if rows is None else score(rows, expected)
    return figures


def weights(folder: Path) -> dict[str, float]:
    """The published weights, if they lie in the folder or above it."""
    for place in (folder, *folder.resolve().parents):
        if (place / "pollock_weights.json").exists():
            return json.loads((place / "pollock_weights.json").read_text())
    return {}


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--details", action="store_true", help="print every file below full marks")
    parser.add_argument("--no-invented-names", action="store_true")
    options = parser.parse_args()
    folders = [options.folder] if (options.folder / "csv").is_dir() else []
    folders += sorted(p.parent for p in options.folder.glob("*/csv"))
    print(f"{'folder':20} {'files':>5} {'simple':>8} {'weighted':>8} {'seconds':>8}")
    for folder in folders:
        start = time.perf_counter()
        figures = measure(folder, not options.no_invented_names)
        known = {n: w for n, w in weights(folder).items() if n in figures}
        simple = sum(sum(f) for f in figures.values()) / len(figures)
        weighted = sum(known[n] * sum(figures[n]) for n in known) / (sum(known.values()) or 1)
        shown = f"{weighted:8.4f}" if known else f"{'-':>8}"
        seconds = time.perf_counter() - start
        print(f"{folder.name:20} {len(figures):5} {simple:8.4f} {shown} {seconds:8.1f}")
        if options.details:
            for name, values in sorted(figures.items(), key=lambda f: sum(f[1])):
                if sum(values) < 9.9995:
                    print(
                        f"  {sum(values):7.3f} {name[:60]:60} ", *(f"{v:.3f}" for v in values[1:])
                    )


if __name__ == "__main__":
    main()
