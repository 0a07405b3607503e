"""SCH-03 to SCH-14 (but SCH-05 and SCH-10): what columns mean."""

import re
from collections.abc import Iterator
from itertools import pairwise

import duckdb
import jsonschema

from acceptance.common import Bench, Check
from pipeweave_dagster.core.schema.export import json_schema, sql_ddl
from pipeweave_dagster.core.schema.schema_diff import compare_schemas
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.settings import Settings

_TEN = (
    ("adult_income", "column_15"),
    ("telco_churn", "Churn"),
    ("pima_diabetes", "column_9"),
    ("titanic3", "survived"),
    ("oil_spill", "column_50"),
    ("mammography", "column_7"),
    ("penguins_json", "Species"),
    ("diamonds", "price"),
    ("air_quality_uci", "C6H6(GT)"),
    ("abalone", "column_9"),
)
_TASKS = {
    "penguins_json": "multiclass",
    "diamonds": "regression",
    "air_quality_uci": "regression",
    "abalone": "regression",
}


def hidden(bench: Bench) -> Iterator[Check]:
    """Disguised missing values: proposed, never applied."""

    def told(name: str) -> str:
        return " | ".join(bench.set(name).schema.notes)

    notes = told("adult_income")
    found = [n for n in ("1836", "1843", "583") if n in notes]
    yield Check("SCH-03", "Adult ? 1,836, 1,843, 583", f"told {found}", len(found) == 3)
    horse = sum(int(n) for n in re.findall(r"'\?' \((\d+)\)", told("horse_colic")))
    snapshot = bench.set("horse_colic").snapshot
    horse += sum(int(n) for n in re.findall(r"'\?' \((\d+)\)", " ".join(snapshot.notes)))
    yield Check("SCH-03", "horse-colic 1,605 ?", str(horse), horse == 1605)
    air = re.search(r"NMHC\(GT\): -200 \((\d+) rows\)", told("air_quality_uci"))
    yield Check(
        "SCH-03",
        "AirQuality -200 in NMHC(GT) 8,443",
        air[1] if air else "not told",
        air is not None and air[1] == "8443",
    )
    zeros = {
        int(c): int(n) for c, n in re.findall(r"column_(\d): 0 \((\d+)", told("pima_diabetes"))
    }
    yield Check(
        "SCH-03",
        "Pima zeros 5, 35, 227, 374, 11, not column 1",
        str(zeros),
        zeros == {2: 5, 3: 35, 4: 227, 5: 374, 6: 11},
    )
    telco = bench.set("telco_churn").snapshot
    blanks = next(c.missing for c in telco.columns if c.name == "TotalCharges")
    yield Check("SCH-03", "Telco TotalCharges 11 blanks", str(blanks), blanks == 11)


def dates(bench: Bench) -> Iterator[Check]:
    """Day and month."""
    table = bench.set("air_quality_uci").table()
    days = table.column(0).to_pylist()
    rising = all(a <= b for a, b in pairwise(days))
    yield Check(
        "SCH-04",
        "AirQuality 10/03/2004 is 10 March, rising",
        f"{days[0]}, rising {rising}",
        str(days[0]) == "2004-03-10" and rising,
    )
    text = "when,n\n" + "".join(f"0{1 + i * 5 % 9}/0{1 + i * 7 % 9}/2004,{i}\n" for i in range(200))
    column = bench.read([bench.write("doubt.csv", text)]).snapshot.columns[0]
    yield Check(
        "SCH-04",
        "days up to 12 only: ambiguous, asks",
        f"{column.type}: {column.note}"[:90],
        column.type == "text" and "Ambiguous" in (column.note or ""),
    )


def identifiers(bench: Bench) -> Iterator[Check]:
    """Ids and row numbers."""
    wanted = {
        "telco_churn": {"customerID"},
        "titanic3": {"name"},
        "law_school": {"ID"},
        "compas_two_years": {"id", "name"},
    }
    for name, columns in wanted.items():
        schema = bench.set(name).schema
        found = {c.name for c in schema.columns if c.role == "identifier"}
        yield Check("SCH-06", f"{name}: {sorted(columns)}", str(sorted(found)), columns <= found)
    rows = "".join(
        f"{i},{15565701 + i * 37},{['Hill', 'Chu', 'Onio'][i % 3]},{1000 + i * 19.77:.2f},{i % 2}\n"
        for i in range(1, 3001)
    )
    made = bench.write("bank.csv", "RowNumber,CustomerId,Surname,EstimatedSalary,Exited\n" + rows)
    found = {c.name for c in bench.read([made]).schema.columns if c.role == "identifier"}
    yield Check(
        "SCH-06",
        "bank (made): RowNumber, CustomerId, not EstimatedSalary",
        str(sorted(found)),
        found == {"RowNumber", "CustomerId"},
    )


def orders(bench: Bench) -> Iterator[Check]:
    """Ordinal order, without an adviser."""
    columns = {c.name: c for c in bench.set("diamonds").schema.columns}
    want = {
        "cut": ["Fair", "Good", "Very Good", "Premium", "Ideal"],
        "color": list("DEFGHIJ"),
        "clarity": ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"],
    }
    right = [n for n, o in want.items() if columns[n].order in (o, o[::-1])]
    yield Check("SCH-07", "diamonds: 2 of cut, color, clarity", str(right), len(right) >= 2)


def overrides(bench: Bench) -> Iterator[Check]:
    """An override holds in every version; a stale one is told."""
    path = bench.file("telco_churn")
    types = {"SeniorCitizen": "boolean"}
    kept = bench.read([path], types)
    again = bench.read(
        [bench.write("v2.csv", path.read_bytes()[:-300].rpartition(b"\n")[0])], types
    )
    both = [r.types()["SeniorCitizen"] for r in (kept, again)]
    renamed = bench.write("v3.csv", path.read_bytes().replace(b"SeniorCitizen", b"Elderly", 1))
    notes = [n for n in bench.read([renamed], types).schema.notes if n.startswith("stale")]
    yield Check(
        "SCH-08",
        "SeniorCitizen boolean in both versions, then stale",
        f"{both}, {notes}",
        both == ["boolean", "boolean"] and "SeniorCitizen" in "".join(notes),
    )


def drift(bench: Bench) -> Iterator[Check]:
    """Labels with a final dot (the second third of adult-train stands for adult-test)."""
    lines = bench.adult()
    old = bench.read([bench.write("old.csv", "\n".join(lines[:21000]) + "\n")], target="column_15")
    new = bench.read([bench.write("new.csv", "".join(f"{x}.\n" for x in lines[21000:]))])
    found = compare_schemas(old.schema, old.snapshot, old.data, new.snapshot, new.data)
    told = [f"{c.severity} {c.code} {c.column}" for c in found]
    yield Check(
        "SCH-09",
        "exactly one error, no false alarm",
        str(told),
        told == ["error NEW_LABEL column_15"],
    )


def personal(bench: Bench) -> Iterator[Check]:
    """Personal data."""
    kinds = {c.name: c.pii for c in bench.set("compas_two_years").schema.columns if c.pii}
    wanted = {"name": "person", "first": "person", "last": "person", "dob": "birth_date"}
    yield Check(
        "SCH-12", "COMPAS name, first, last, dob", str(kinds), wanted.items() <= kinds.items()
    )
    sets = ("diamonds", "pima_diabetes", "air_quality_uci")
    false = [c.name for s in sets for c in bench.set(s).schema.columns if c.pii]
    yield Check("SCH-12", "no false alarm in diamonds, Pima, AirQuality", str(false), not false)


def exports(bench: Bench) -> Iterator[Check]:
    """JSON Schema and DDL take their own data and refuse a changed row."""
    taken, refused = 0, 0
    for name, target in _TEN:
        read = bench.read([bench.file(name)], target=target)
        rows = read.table().to_pylist()
        plain = [
            {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in r.items()} for r in rows
        ]
        checker = jsonschema.Draft202012Validator(json_schema(read.schema, name))
        with duckdb.connect() as db:
            db.execute(sql_ddl(read.schema, "t"))
            db.execute(f"INSERT INTO t SELECT * FROM read_parquet('{read.data}')")
        taken += all(map(checker.is_valid, plain[:2000]))
        full = next(c for c in read.schema.columns if not c.missing)
        refused += not checker.is_valid({**plain[0], full.name: None})
    yield Check(
        "SCH-13",
        "ten sets: own data taken, changed row refused",
        f"{taken}, {refused}",
        (taken, refused) == (len(_TEN), len(_TEN)),
    )


def tasks(bench: Bench) -> Iterator[Check]:
    """The task, and the question for whole numbers."""
    right = [
        name
        for name, target in _TEN
        if bench.read([bench.file(name)], target=target).schema.target.task
        == _TASKS.get(name, "binary")
    ]
    yield Check("SCH-14", "the right task on 10 sets", str(len(right)), len(right) == len(_TEN))
    question = bench.read([bench.file("abalone")], target="column_9").schema.target.question
    yield Check("SCH-14", "Rings asks: amount or classes?", str(question), bool(question))
    given = {"adult_income", "telco_churn"}
    sources = {bench.set(name).schema.target.source for name in given}
    yield Check(
        "SCH-14", "never assumed: source says deduced", str(sources), sources == {"deduced"}
    )


def metadata(bench: Bench) -> Iterator[Check]:
    """What the web UI shows of ten sets."""
    shown = 0
    for name, _ in _TEN:
        snapshot = bench.set(name).snapshot
        schema = describe(snapshot, Settings())["dagster/column_schema"]
        nullable = [c.constraints.nullable for c in schema.columns]
        want = [c.missing > 0 for c in snapshot.columns]
        shown += nullable == want and [c.type for c in schema.columns] == [
            c.type for c in snapshot.columns
        ]
    yield Check(
        "SCH-11",
        "columns, types, nullability in metadata of 10 sets",
        str(shown),
        shown == len(_TEN),
    )


def versions(bench: Bench) -> Iterator[Check]:
    """What changed between two versions, by column."""
    path = bench.file("telco_churn")
    old = bench.read([path], target="Churn")
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    text = head.replace("Contract", "Agreement") + "\n" + body.replace("Mailed check", "Cheque")
    new = bench.read([bench.write("changed.csv", text)], target="Churn")
    found = compare_schemas(old.schema, old.snapshot, old.data, new.snapshot, new.data)
    told = sorted(f"{c.code} {c.column}" for c in found)
    want = ["COLUMN_RENAMED Contract", "NEW_CATEGORY PaymentMethod"]
    yield Check("SCH-11", "two versions of Telco compared", str(told), told == want)


CHECKS = (
    hidden,
    dates,
    identifiers,
    orders,
    overrides,
    drift,
    metadata,
    versions,
    personal,
    exports,
    tasks,
)
