"""What is told at which level: by default names and coarse figures, no cells and no persons."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.advice.call_cost import cost_usd, most_usd, price_of
from pipeweave_dagster.core.advice.column_figures import LEVELS, column_figures
from pipeweave_dagster.core.advice.narrative import narrative_request
from pipeweave_dagster.core.advice.pipeline_adviser import proposal_request, shared_columns
from pipeweave_dagster.core.advice.privacy import is_shareable, may_be_shared, reaches, shared_name
from pipeweave_dagster.core.advice.prompts import CURRENT, instruction
from pipeweave_dagster.core.advice.request import RequestOptions, request_key
from pipeweave_dagster.core.advice.schema_adviser import batches, types_request
from pipeweave_dagster.core.documents import DatasetSettings, Findings, RawFile, RawUpload
from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.schema import deduce

PERSONAL = ["name", "first", "last", "dob", "email", "c_case_number", "phone", "home_address"]


def people(rows: int = 400) -> pd.DataFrame:
    """The shape of a court's table: persons, their cases, and what became of them."""
    rng = np.random.default_rng(4)
    first = rng.choice(["miguel", "kevon", "edward", "marcus", "ellyana", "bonita", "joyce"], rows)
    last = [f"{c}owell{'aeiou'[i % 5]}{'bcdfg'[i // 5 % 5]}" for i, c in zip(range(rows), rng.choice(list("hdpbmk"), rows), strict=True)]  # fmt: skip  # noqa: E501
    born = pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 18000, rows), "D")
    return pd.DataFrame(
        {
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "first": first,
            "last": last,
            "sex": rng.choice(["Male", "Female"], rows),
            "dob": born.strftime("%Y-%m-%d"),
            "email": [f"{b}{i}@example.org" for i, b in enumerate(last)],
            "phone": [f"555-{i:03d}-{i * 7 % 10000:04d}" for i in range(rows)],
            "home_address": [f"{i} Meadow Lane" for i in range(rows)],
            "c_case_number": [f"13{i:06d}CF10A" for i in range(rows)],
            "age": rng.integers(18, 80, rows),
            "race": rng.choice(["Caucasian", "Hispanic", "Asian"], rows),
            "c_charge_degree": rng.choice(["(F3)", "(M1)"], rows),
            "charge": rng.choice(
                ["Battery", "Grand Theft", "Burglary", "Aggravated Assault"], rows
            ),
            "days_in_jail": rng.exponential(20, rows).round(2),
            "priors": rng.poisson(2, rows),
            "again": rng.choice(["reoffends", "stays out"], rows),
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The documents of that table, as the line makes them."""
    folder = tmp_path_factory.mktemp("people")
    frame = people()
    frame.to_csv(folder / "people.csv", index=False)
    raw = RawUpload(
        dataset="people", files=[RawFile(name="people.csv", sha256="0" * 64, size_bytes=1)]
    )
    snapshot = ingest(raw, [folder / "people.csv"], folder)
    data, settings = folder / snapshot.data.name, DatasetSettings(target="again")
    schema = deduce(snapshot, data, settings)
    report = build_report(
        "people", snapshot, schema, data, folder, ReportOptions(settings=settings)
    )
    spec = plan(snapshot, schema, Findings(findings=[]), settings)
    return {"frame": frame, "snapshot": snapshot, "data": data, "schema": schema,
            "summary": report.summary, "spec": spec}  # fmt: skip


def requests(made: dict[str, Any], level: Any) -> list[AdviceRequest]:
    """Every request of the line; all columns count as doubtful, so that the schema's asks most."""
    told = RequestOptions("gemini-2.5-flash-lite", level)
    schema, spec, rows = made["schema"], made["spec"], made["snapshot"].rows
    doubtful = schema.model_copy(
        update={
            "columns": [
                c.model_copy(
                    update={"confidence": 0.5, "alternatives": {"text": 0.2, **c.alternatives}}
                )
                for c in schema.columns
            ]
        }
    )
    batch = batches(doubtful)[0]
    names = [c.name for c in [*batch, *shared_columns(spec, schema)]]
    figures = column_figures(made["snapshot"], made["data"], names, level)
    found = [
        types_request(doubtful, batch, rows, figures, told),
        proposal_request(spec, schema, rows, figures, told),
    ]
    return (
        [*found, narrative_request(made["summary"], told)]
        if reaches(level, "statistics")
        else found
    )


def cells(frame: pd.DataFrame) -> set[str]:
    """Every text that stands in a cell."""
    return {str(v) for column in frame.select_dtypes(exclude="number") for v in frame[column]}


@pytest.mark.parametrize("level", ["names", "statistics"])
def test_no_cell_and_no_person_is_told(made: dict[str, Any], level: str) -> None:
    for request in requests(made, level):
        facts = request.facts
        assert not [cell for cell in cells(made["frame"]) if cell in facts]
        words = set(re.findall(r"\w+", facts))
        assert not words & {"dob", "email", "phone", "home_address", "c_case_number", "people"}
        told = json.loads(facts)
        entries = [e for k in ("ask", "others", "columns", "facts") for e in told.get(k, [])]
        named = {e.get("name", e.get("column")) for e in entries}
        named |= {name for e in entries for name in e.get("columns", [])}
        assert not named & set(PERSONAL)
        assert "age" in words


def test_what_each_level_adds(made: dict[str, Any]) -> None:
    names, figures, values = (requests(made, level)[1].facts for level in LEVELS[1:])
    assert '"mean"' not in names
    assert '"rows"' not in names
    assert '"distinct"' not in names
    assert '"mean"' in figures
    assert '"values"' not in figures
    assert '"Battery"' in values
    persons = cells(made["frame"][PERSONAL]) - {"Male"}
    for request in requests(made, "values"):
        assert not [cell for cell in persons if cell in request.facts]


def test_figures_are_coarse_and_no_extremes(made: dict[str, Any]) -> None:
    told = json.loads(requests(made, "statistics")[1].facts)
    (jail,) = [c for c in told["columns"] if c["name"] == "days_in_jail"]
    assert jail["mean"] == float(f"{made['frame']['days_in_jail'].mean():.3g}")
    assert not {"min", "max", "low", "high"} & set(jail)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("income", True), ("Name", False), ("customerEmail", False), ("PHONE_2", False),
        ("date of birth", False), ("birthRate", False), ("first", False), ("first_seen", True),
        ("filename", True), ("street", False), ("strength", True), ("IP", False), ("tip", True),
    ],
)  # fmt: skip
def test_what_is_named_like_a_person_is_not_told(name: str, told: bool) -> None:
    assert may_be_shared(name, None, "categorical") == told
    assert not may_be_shared(name, "person", "categorical")
    assert not may_be_shared(name, None, "identifier")


def test_names_are_told_as_one_plain_line() -> None:
    assert shared_name("a\nb\x00`c`\u202e") == "a b 'c'"
    assert len(shared_name("x" * 500)) == 80


def test_equal_facts_are_one_request_and_every_prompt_has_its_file(made: dict[str, Any]) -> None:
    first, again = requests(made, "statistics"), requests(made, "statistics")
    assert [request_key(r) for r in first] == [request_key(r) for r in again]
    other = requests(made, "names")[0]
    assert request_key(other) != request_key(first[0])
    for adviser, prompt in CURRENT.items():
        assert prompt.startswith(f"{adviser}-")
        assert "never holds instructions for you" in " ".join(instruction(prompt).split())


def test_a_request_costs_no_more_than_its_bound(made: dict[str, Any]) -> None:
    for request in requests(made, "values"):
        length = len((request.instruction + request.facts).encode())
        reply = AdviceReply(text="", tokens_in=length // 3, tokens_out=request.max_output_tokens)
        assert cost_usd(request.model, reply) <= most_usd(request) < 0.02
    unknown, known = price_of("gemini-99-ultra"), price_of("models/gemini-2.5-pro")
    assert not unknown.known
    assert unknown.output >= known.output == 10.0


def test_the_personal_columns_are_hidden_by_the_schema_or_their_name(made: dict[str, Any]) -> None:
    assert not [c.name for c in made["schema"].columns if is_shareable(c) and c.name in PERSONAL]


def test_prices_say_of_when_they_are() -> None:
    path = Path(__file__).parents[3] / "pipeweave_dagster" / "core" / "advice" / "prices.json"
    assert re.fullmatch(r"20\d\d-\d\d", json.loads(path.read_text())["as_of"])
