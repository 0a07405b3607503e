"""A unit behind a name, in brackets or not, does not hide what is measured."""

import time

import pytest

from pipeweave_dagster.core.schema.name_units import without_unit

UNITS = [
    ("Rent (EUR/month)", "Rent", True),
    ("Rent [€/m²]", "Rent", True),
    ("price_usd", "price", True),
    ("priceEUR", "price", True),
    ("precio_eur_por_m2", "precio", True),
    ("Loyer en euros", "Loyer", True),
    ("Preço (R$)", "Preço", True),
    ("Ertrag in kg/ha", "Ertrag", False),
    ("sales per year", "sales", False),
    ("delay (min)", "delay", False),
    ("birth_year", "birth_year", False),
    ("q28LovePHP", "q28LovePHP", False),
    ("(EUR)", "(EUR)", False),
    ("EUR", "EUR", False),
]


@pytest.mark.parametrize(("name", "rest", "is_money"), UNITS)
def test_the_unit_is_split_from_the_name(name, rest, is_money):
    assert without_unit(name) == (rest, is_money)


@pytest.mark.parametrize("part", ["(", "a_", "a (b) ", "€/", "in ", "(EUR)"])
def test_hostile_names_take_no_time(part):
    started = time.process_time()
    without_unit(part * (5000 // len(part)))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "name", ["Rent (EUR/month)", "price_usd", "Miete kalt in €", "loyer (€/mois)", "Ertrag kg/ha"]
)
def test_such_a_column_is_suggested_as_the_target_and_others_are_not(version, name):
    rows = "".join(f"{i % 7}.5,{i * 37 % 101}.5,{1900 + i * 13 % 120},{i}.25\n" for i in range(60))
    found = version(f"floor,{name},Year built,Area (m²)\n{rows}").schema.target
    assert (found.name, found.task) == (name, "regression")
    other = version(f"floor,size (m²),Year built (month)\n{rows.replace('.25', '')}").schema.target
    assert other.name is None or "common name" not in other.reason
