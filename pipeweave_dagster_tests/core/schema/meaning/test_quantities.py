"""Whole numbers are quantities where values or names of any language show it, and codes stay."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.schema.meaning.quantities import smoothness_of

RNG = np.random.default_rng(3)
ROWS = 3000
QUANTITIES = {
    "Alter": RNG.integers(1, 95, ROWS),
    "edad_paciente": RNG.integers(18, 90, ROWS),
    "attachments": RNG.poisson(0.4, ROWS),
    "Visits": RNG.poisson(1.5, ROWS) + 1,
    "Year built": RNG.integers(1890, 2023, ROWS),
    "Baujahr": RNG.integers(1950, 2023, ROWS),
    "zqx": np.clip(RNG.normal(40, 9, ROWS).round(), 1, 99).astype(int),
}
_WEIGHTS = RNG.dirichlet(np.full(60, 0.7))
CODES = {
    "district": RNG.choice(60, ROWS, p=_WEIGHTS),
    "xq_code": RNG.integers(1, 40, ROWS),
    "type_klasse": RNG.integers(1, 8, ROWS),
    "Year": 2020 - RNG.geometric(0.05, ROWS).clip(1, 60),
    "bus": RNG.choice(np.arange(100, 160), ROWS, p=_WEIGHTS),
}


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame(QUANTITIES | CODES)


def test_quantities_are_numbers_and_codes_are_not(version, table):
    schema = version(table.assign(y=RNG.normal(size=ROWS)).to_csv(index=False)).schema
    found = {column.name: column.type for column in schema.columns}
    assert {name: found[name] for name in QUANTITIES} == dict.fromkeys(QUANTITIES, "numeric")
    assert "numeric" not in {found[name] for name in CODES}, found


@pytest.mark.parametrize(
    ("counts", "smooth"),
    [
        ([round(900 * np.exp(-((i - 20) ** 2) / 90)) for i in range(40)], True),
        ([1000 - 20 * i for i in range(40)], True),
        (list(RNG.permutation([1000 - 20 * i for i in range(40)])), False),
        ([100] * 40, False),
        ([1, 2, 3], False),
    ],
)
def test_frequencies_are_smooth_along_a_quantity(counts, smooth):
    found = smoothness_of([int(n) for n in counts])
    assert (found is not None and found > 3.5) == smooth
