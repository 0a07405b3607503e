"""Do the deduced types agree with those that people published, end to end from the raw file?

    python benchmarks/known_types.py DATA [--details]

DATA is a folder with `tabular/` and `sortinghat/data_train.csv`. Two sets have the types that their
publisher documents (UCI: adult, German credit); three are among the labelled files of SortingHat,
by their `Record_id`. SortingHat's nine classes are compared; a number with a unit counts as its
embedded number, and boolean and ordinal count as categorical. The type model has learned from the
labels of the latter three, so that only the former two are unseen.
"""

import argparse
import csv
from pathlib import Path

from acceptance.common import Read, bench

_N, _C = "numeric", "categorical"
_ADULT = (_N, _C, _N, _C, _N, _C, _C, _C, _C, _C, _N, _N, _N, _C, _C)
_GERMAN = (_C, _N, _C, _C, _N, _C, _C, _N, _C, _C, _N, _C, _N, _C, _C, _N, _C, _N, _C, _C, _C)
_PUBLISHED = {"adult_income": _ADULT, "german_credit": _GERMAN}
_LABELLED = {"insurance_charges": "299", "pokemon_type": "148", "car_fuel_consume": "232"}
_NINE = {
    "boolean": _C, "ordinal": _C, "text": "sentence", "embedded_number": "embedded-number",
    "identifier": "not-generalizable", "constant": "not-generalizable",
    "context_specific": "context-specific",
}  # fmt: skip


def deduced(read: Read) -> dict[str, str]:
    """The class of every column by its name in the file."""
    units = {c.name: c.unit for c in read.snapshot.columns}
    originals = {c.name: c.original_name.strip() or c.name for c in read.snapshot.columns}
    found = {}
    for column in read.schema.columns:
        name = _NINE.get(column.type, column.type)
        number = name == _N and units[column.name] is not None
        found[originals[column.name]] = "embedded-number" if number else name
    return found


def published(name: str, labels: list[dict[str, str]], found: dict[str, str]) -> dict[str, str]:
    """The published class of every column that has one."""
    if name in _PUBLISHED:
        return dict(zip(found, _PUBLISHED[name], strict=True))
    return {r["Attribute_name"]: r["y_act"] for r in labels if r["Record_id"] == _LABELLED[name]}


def main() -> None:
    """Print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--details", action="store_true", help="print what differs")
    options = parser.parse_args()
    path = options.data / "sortinghat" / "data_train.csv"
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        labels = list(csv.DictReader(file))
    with bench(options.data) as tools:
        for name in (*_PUBLISHED, *_LABELLED):
            found = deduced(tools.set(name))
            known = {c: t for c, t in published(name, labels, found).items() if c in found}
            wrong = {c: (t, found[c]) for c, t in known.items() if found[c] != t}
            print(f"{name:20} {len(known) - len(wrong)} of {len(known)} columns agree")
            if options.details:
                for column, (want, got) in wrong.items():
                    print(f"    {column}: published {want}, deduced {got}")


if __name__ == "__main__":
    main()
