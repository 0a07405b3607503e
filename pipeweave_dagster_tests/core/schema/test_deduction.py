"""The schema of made-up tables: meaning, roles, personal data, target, overrides."""

import random

import pytest

from pipeweave_dagster.core.documents import ColumnSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.schema.meaning.rules import is_certain, meaning_by_rules
from pipeweave_dagster.core.schema.profile_columns import profile_columns


@pytest.fixture
def schema(version):
    return lambda text, **settings: version(text, **settings).schema


PEOPLE = "customerID,first_name,email,plan,tenure,price,signup,ip,Churn\n" + "".join(
    f"C-{i:05},{name},{name.lower()}{i}@example.com,{('low', 'medium', 'high')[i % 3]},"
    f"{i % 37},{i * 1.25},2021-03-{i % 28 + 1:02},10.0.{i % 250}.{i % 99 + 1},"
    f"{('No', 'Yes')[i % 4 == 0]}\n"
    for i in range(200)
    for name in [f"{'ABCDEFGH'[i % 8]}nn{'aeiou'[i % 5]}{'lmnr'[i % 4]}"]
)


def test_meanings_and_roles(schema):
    found = schema(PEOPLE)
    assert {c.name: c.type for c in found.columns} == {
        "customerID": "identifier",
        "first_name": "categorical",
        "email": "email",
        "plan": "ordinal",
        "tenure": "numeric",
        "price": "numeric",
        "signup": "datetime",
        "ip": "identifier",
        "Churn": "boolean",
    }
    assert found.column("plan").order == ["low", "medium", "high"]
    assert found.column("customerID").role == "identifier"
    assert all(c.reason and 0 < c.confidence <= 1 for c in found.columns)


def test_personal_data(schema):
    found = schema(PEOPLE)
    assert found.column("email").pii == "email"
    assert found.column("first_name").pii == "person"
    assert found.column("ip").pii == "ip"
    assert [c.name for c in found.columns if c.pii is None and c.name in {"price", "plan"}]


def test_target_is_suggested_with_a_reason(schema):
    target = schema(PEOPLE).target
    assert (target.name, target.task, target.positive) == ("Churn", "binary", "Yes")
    assert target.source == "deduced"
    assert "No target is set" in target.reason


def test_no_credible_target(schema):
    target = schema("a,b\n" + "".join(f"{i}.5,{i * 2}.25\n" for i in range(30))).target
    assert target.name is None
    assert target.source == "none"
    assert "No column is a plausible target" in target.reason
    assert target.candidates == ["b", "a"]


def test_given_target_wins_and_case_is_forgiven(schema):
    target = schema(PEOPLE, target=" CHURN ").target
    assert target.name == "Churn"
    assert "was matched to" in target.reason


def test_wrong_target_offers_the_nearest(schema):
    with pytest.raises(PipeWeaveError) as caught:
        schema(PEOPLE, target="chrun")
    assert caught.value.details["nearest"][0] == "Churn"
    assert "customerID" in caught.value.text


def test_integer_target_asks_whether_it_is_a_class_code(schema):
    text = "x,quality\n" + "".join(f"{i}.5,{i % 7 + 3}\n" for i in range(70))
    target = schema(text, target="quality").target
    assert target.task == "multiclass"
    assert target.classes == ["3", "4", "5", "6", "7", "8", "9"]
    assert "regression" in target.question


def test_many_integers_are_quantities(schema):
    text = "x,rings\n" + "".join(f"{i}.5,{i % 28 + 1}\n" for i in range(90))
    target = schema(text, target="rings").target
    assert target.task == "regression"
    assert target.question


def test_overrides_and_stale_overrides(schema):
    found = schema(
        PEOPLE,
        columns={
            "tenure": ColumnSetting(type="categorical"),
            "price": ColumnSetting(drop=True),
            "gone": ColumnSetting(drop=True),
        },
    )
    assert found.column("tenure").type == "categorical"
    assert found.column("tenure").overridden
    assert found.column("price").role == "dropped"
    assert [n for n in found.notes if n.startswith("stale override:")]


def test_a_kept_column_that_the_table_lacks_is_noted(schema):
    found = schema(PEOPLE, keep=["Tenure", "tenur"])
    (note,) = [n for n in found.notes if n.startswith("keep:")]
    assert "'tenur' is not a column of this version" in note
    assert "Did you mean" in note


def test_weight_and_id(schema):
    found = schema(PEOPLE, weight="price", id="email")
    assert found.column("price").role == "weight"
    assert found.column("email").role == "identifier"


def test_positive_class_must_exist(schema):
    assert schema(PEOPLE, target="Churn", positive="no").target.positive == "No"
    with pytest.raises(PipeWeaveError, match="is not a value"):
        schema(PEOPLE, target="Churn", positive="maybe")


def test_hidden_missing_is_proposed(schema):
    text = "kind,level,y\n" + "".join(
        f"{'?' if i % 10 == 0 else 'ab'[i % 2]},{-999 if i % 9 == 0 else i * 0.3},{i % 2}\n"
        for i in range(90)
    )
    notes = schema(text).notes
    assert any(n.startswith("kind: '?' (9)") for n in notes)
    assert any(n.startswith("level: -999 (10 rows)") for n in notes)


def test_constant_is_dropped(schema):
    found = schema("a,b,y\n" + "".join(f"1,{i},{i % 2}\n" for i in range(20)))
    assert found.column("a").type == "constant"
    assert found.column("a").role == "dropped"


def test_one_value_or_missing_is_a_flag_and_kept(schema):
    """Its absence says something, as where forms are ticked with a `Y`."""
    text = "dna,b,y\n" + "".join(f"{'Y' if i % 3 else ''},{i},{i % 2}\n" for i in range(60))
    found = schema(text).column("dna")
    assert (found.type, found.role, found.missing) == ("boolean", "feature", 20)
    assert found.reason == "A flag that is set or missing: 'Y'."


def test_impossible_zeros_are_proposed_and_counts_are_not(schema):
    text = "pressure,children,y\n" + "".join(
        f"{0 if i % 20 == 0 else 60 + i % 40},{i % 9},{i % 2}\n" for i in range(200)
    )
    notes = schema(text).notes
    assert any(n.startswith("pressure: 0 (10 rows)") for n in notes)
    assert not any(n.startswith("children") for n in notes)


def test_a_few_decimal_numbers_are_left_to_the_model_and_many_are_certain(version):
    text = "level,size\n" + "".join(f"{2.0 ** (i % 4 - 2)},{i}.25\n" for i in range(80))
    made = version(text)
    level, size = profile_columns(made.snapshot, made.data)
    assert not is_certain(level, meaning_by_rules(level))
    assert is_certain(size, meaning_by_rules(size))


KEYS = {
    "codes": lambda i: f"P{i * 7:06}",
    "hashes": lambda i: f"{i * 2654435761 % 2**32:08x}",
    "uuids": lambda i: f"{i * 2654435761 % 2**32:08x}-0000-4000-8000-{i:012x}",
    "words": lambda i: "".join("abcdefghij"[int(c)] for c in str(i * 7919 + 10**6)),
    "row numbers": str,
    "twenty digits": lambda i: str(10**19 + i * 7919),
}


def table_of_keys(kind, rows, repeated, missing=0):
    """Keys named `ref`, of which a few repeat and a few are missing."""
    keys = [KEYS[kind](i) for i in range(rows)]
    keys[-repeated:] = keys[:repeated]
    keys[10 : 10 + missing] = [""] * missing
    return "x,ref,y\n" + "".join(f"{i % 37}.5,{k},{'ab'[i % 2]}\n" for i, k in enumerate(keys))


@pytest.mark.parametrize(("rows", "repeated", "missing"), [(3023, 5, 0), (400, 2, 30)])
@pytest.mark.parametrize("kind", KEYS)
def test_keys_that_nearly_every_row_has_alone_are_identifiers(
    kind, rows, repeated, missing, schema
):
    found = schema(table_of_keys(kind, rows, repeated, missing)).column("ref")
    assert (found.type, found.role) == ("identifier", "identifier"), found.reason


NAMES_OF_NUMBERS = [
    "customer number", "Kundennummer", "Kunden-Nr.", "Numéro client", "número", "Matricola",
    "numer klienta", "Klantnummer", "Kennung", "identifiant", "číslo", "номер", "顧客番号",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES_OF_NUMBERS)
def test_numbers_of_rows_are_identifiers_in_any_language(name, schema):
    numbers = random.Random(1).sample(range(100_000, 999_999), 200)
    rows = "".join(f"{n};{n % 97 + 0.5};{'ab'[i % 2]}\n" for i, n in enumerate(numbers))
    assert schema(f"{name};amount;y\n{rows}", target="y").columns[0].role == "identifier"


@pytest.mark.parametrize("name", ["house number", "Hausnummer", "Haus-Nr.", "numero"])
def test_numbers_that_repeat_may_measure_something(name, schema):
    rows = "".join(f"{i * 7 % 60 + 1};{i % 97 + 0.5};{'ab'[i % 2]}\n" for i in range(240))
    assert schema(f"{name};amount;y\n{rows}", target="y").columns[0].role == "feature"


def test_measures_that_nearly_every_row_has_alone_are_no_identifiers(schema):
    rows = "".join(f"{i * 7919 % 1_000_003},{i % 9},{'ab'[i % 2]}\n" for i in range(1000))
    found = schema("salary,z,y\n" + rows).column("salary")
    assert found.type != "identifier"


def test_a_short_list_of_countries_is_no_column_of_keys(schema):
    rows = "".join(f"{'ABCDEFGHIJKLMN'[i % 14]}land{i // 14},{i}.5\n" for i in range(190))
    found = schema("country,rate\n" + rows).column("country")
    assert found.confidence < 0.95
