"""Numbers inside text: fifty values worked out by hand, ten formats of five."""

import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.ingest import read_aligned

FORMS = {
    "dollars": ("$1,234.50 $0.99 $12.00 $1,000,000.00 $7.25", [1234.5, 0.99, 12, 1e6, 7.25], "$"),
    "euros": ("€3.50 €10.00 €1.05 €999.99 €0.10", [3.5, 10, 1.05, 999.99, 0.1], "€"),
    "percent": ("12% 3.5% 100% 0% 47.25%", [12, 3.5, 100, 0, 47.25], "%"),
    "kilometres": ("10km 3.5km 250km 0.8km 42km", [10, 3.5, 250, 0.8, 42], "km"),
    "grams": ("10g 35g 250g 8g 42g", [10, 35, 250, 8, 42], "g"),
    "thousands": ("1,234 56,789 2,000 12,345,678 9,999", [1234, 56789, 2000, 12345678, 9999], None),
    "decimal comma": ("2,6 0,05 13,75 100,5 7,125", [2.6, 0.05, 13.75, 100.5, 7.125], None),
    "brackets": ("(432) 12 (7) 1000 (55)", [-432, 12, -7, 1000, -55], None),
    "signs": ("+5.5 -3.25 +0.5 -10.75 +8.0", [5.5, -3.25, 0.5, -10.75, 8], None),
    "exponents": ("1e3 2.5e-2 3E4 1.25e1 6e0", [1000, 0.025, 30000, 12.5, 6], None),
}  # fmt: skip


def types(snapshot):
    return [c.type for c in snapshot.columns]


@pytest.mark.parametrize("form", FORMS)
def test_the_number_is_the_one_that_a_human_reads(form, read, rows):
    text, wanted, unit = FORMS[form]
    values = text.split() * 4
    snapshot = read("id;value;kind\n" + "".join(f"r{i};{v};x\n" for i, v in enumerate(values)))
    column = snapshot.columns[1]
    assert column.type in {"integer", "number"}, column
    assert [row["value"] for row in rows()[:5]] == wanted
    assert column.unit == unit


def test_codes_with_leading_zeros_are_not_merged_with_codes_that_end_like_a_unit(read, rows):
    codes = ["01", "02", "1A", "10"] * 30
    snapshot = read("code;kind\n" + "".join(f"{code};x{i}\n" for i, code in enumerate(codes)))
    assert snapshot.columns[0].type == "text"
    assert [row["code"] for row in rows()] == codes


def test_numbers_in_text(read, rows):
    body = "".join(f'"$1,{i:03}.50",{i} %,({i}),"{i},5",{i} km,{i}M\n' for i in range(1, 90))
    snapshot = read("usd,pct,loss,comma,way,size\n" + body)
    assert types(snapshot) == ["number"] * 6
    assert rows()[6] == {
        "usd": 1007.5,
        "pct": 7.0,
        "loss": -7.0,
        "comma": 7.5,
        "way": 7.0,
        "size": 7e6,
    }
    assert [c.unit for c in snapshot.columns] == ["$", "%", None, None, "km", None]


POWERS = ["km2", "m²", "cm3", "km^2", "ft³", "µm2", "sq km"]
COMPOUND = [
    "km/h", "kg/m3", "µg/l", "l/100km", "m/s²", "mg/kg/day", "€/m²", "ct/kWh", "W m-2", "g/100 ml",
    "kg m⁻³", "inhab./km²",
]  # fmt: skip


@pytest.mark.parametrize("unit", [*POWERS, *COMPOUND])
def test_units_with_powers_and_compound_ones_are_left_out_of_the_number(unit, read, rows):
    values = [f"{i}.5 {unit}" for i in range(2, 30)] + [f"1,234.5{unit}", f"-3 {unit}"]
    snapshot = read("id;x\n" + "".join(f"r{i};{v}\n" for i, v in enumerate(values)))
    column = snapshot.columns[1]
    assert (column.type, column.unit) == ("number", unit)
    assert f"without their unit, {unit}." in column.note
    assert [row["x"] for row in rows()[-3:]] == [29.5, 1234.5, -3]


@pytest.mark.parametrize(
    "form", ["{}M2", "{} A2", "{}K3", "{}B2", "{}g3", "{} M/F", "{}a/b", "{}/7"]
)
def test_codes_that_end_like_a_unit_stay_texts(form, read):
    snapshot = read("id;x\n" + "".join(f"r{i};{form.format(i)}\n" for i in range(1, 60)))
    assert snapshot.columns[1].type == "text"


@pytest.mark.parametrize(
    ("one", "other"), [("m2", "M2"), ("µg/l", "\u03bcg/l"), ("l/100km", "L/100km")]
)
def test_one_unit_in_two_spellings_adds_no_digit(one, other, read, rows, tmp_path):
    lines = "".join(f"r{i};{i} {[one, other][i % 2]}\n" for i in range(60))
    snapshot = read("id;x\n" + lines)
    assert [row["x"] for row in rows()] == list(range(60))
    (tmp_path / "b.csv").write_text(f"x\n7 {other}\n8 {one}\n9\n")
    out = tmp_path / "batch"
    out.mkdir()
    read_aligned(tmp_path / "b.csv", "b.csv", snapshot.columns[1:], out)
    assert pq.read_table(out / "data.parquet")["x"].to_pylist() == [7, 8, 9]
