"""Lines with several cells above the names: an account with its balance, groups of columns."""

import pytest

ACCOUNT = {
    "balance": "Compte;****1234;05/02/2024;;1 234,56",
    "no blank": "Konto;1234;05.02.2024;EUR;99,50",
    "two lines": "Konto;DE1234;Filiale;7;EUR\nStand;05.02.2024;Saldo;99,50;EUR",
    "totals": "Total;3;31.01.2024;all;2 100,00",
}
NAMES = "Datum;Text;Art;Partner;Betrag"


def body(count):
    return "".join(
        f"{i % 28 + 1:02}.01.2024;CARD;x{i % 3};Shop {i};-{i},40\n" for i in range(count)
    )


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [4, 25, 300])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("above", ACCOUNT.values(), ids=ACCOUNT)
def test_a_line_of_values_above_the_names_is_no_header(read, rows, above, delimiter, count):
    text = f"{above}\n{NAMES}\n{body(count)}".replace(";", delimiter)
    snapshot = read(text)
    assert [c.name for c in snapshot.columns] == NAMES.split(";")
    assert (snapshot.rows, rows()[1]["Betrag"]) == (count, -1.4)
    shown = [" | ".join(filter(None, line.split(";"))) for line in above.split("\n")]
    assert [line.text.replace(" |  | ", " | ") for line in snapshot.left_out] == shown


@pytest.mark.parametrize("count", [4, 25])
def test_a_row_of_words_among_values_is_a_row(read, count):
    first = "05.01.2024;CARD;x1;Shop;-5,00\nunknown;missing;x2;none;pending\n"
    assert read(f"{NAMES}\n{first}{body(count)}").rows == count + 2
    assert read(f"{first}{body(count)}").rows == count + 2


GROUPS = {
    "samples": "Sample 1,,Sample 2,\nWavelength,Abs,Wavelength,Abs",
    "repeated": "Sample 1,Sample 1,Sample 2,Sample 2\nWavelength,Abs,Wavelength,Abs",
    "dates": "31.12.2021,31.12.2021,31.12.2022,31.12.2022\nmale,female,male,female",
    "months": "2021-01,,2021-02,\nlow,high,low,high",
}


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [4, 60])
@pytest.mark.parametrize("title", ["", "Counts of the year\n"])
@pytest.mark.parametrize("header", GROUPS.values(), ids=GROUPS)
def test_groups_that_tell_equal_names_apart_are_part_of_them(read, header, title, count):
    upper, lower = (line.split(",") for line in header.split("\n"))
    spanned = [cell or upper[i - 1] for i, cell in enumerate(upper)]
    made = "".join(f"{800 - i}.0,{i}.25,{700 - i}.0,{i}.75\n" for i in range(count))
    snapshot = read(f"{title}{header}\n{made}")
    wanted = [f"{a} {b}" for a, b in zip(spanned, lower, strict=True)]
    assert ([c.name for c in snapshot.columns], snapshot.rows) == (wanted, count)


HEADS = {
    "LabVIEW": (
        (
            "Writer_Version;2\nOperator;lab\n***End_of_Header***;\n;\nChannels;2;;;\n"
            "Samples;40;40;;\nDate;2024/05/01;2024/05/01;;\nY_Unit_Label;Volts;Amps;;\n"
            "X_Dimension;Time;Time;;\nX0;0.0E+0;0.0E+0;;\n***End_of_Header***;;;;"
        ),
        "X_Value;Voltage;Current;Comment",
        "0.00{i};0.{n};1.{n};",
    ),
    "LabVIEW without comments in its rows": (
        (
            "Operator;lab\n***End_of_Header***;\n;\nChannels;2;\nSamples;40;40\n"
            "Date;2024/05/01;2024/05/01\nX_Dimension;Time;Time\n***End_of_Header***;"
        ),
        "X_Value;Voltage;Current;Comment",
        "0.00{i};0.{n};1.{n}",
    ),
    "LabVIEW without X": (
        "Samples;40;40\nDate;2024/05/01;2024/05/01\nX0;0.0E+0;0.0E+0\n***End_of_Header***;;",
        "X_Value;Voltage;Current",
        ";0.{n};1.{n}",
    ),
    "GEO": (
        (
            '!Series_title;"Expression"\n\n!Sample_title;"a";"b"\n!Sample_geo_accession;"GSM1";"GSM2"\n'
            '!Sample_characteristics_ch1;"age: 3";"age: 4"\n!series_matrix_table_begin'
        ),
        "ID_REF;GSM1;GSM2",
        '"10{n}_at";1.{n};8.{n}',
    ),
    "sections": (
        "[Header];;\nDate;1/2/2024;\n[Settings];;\nGain;low;high\nOffset;3;4\n[Data];;",
        "Probe;Left;Right",
        "p{n};1.{n};8.{n}",
    ),
    "no mark": (
        "Serial;A7;B9\nGain;low;\nOffset;3;\nInstalled;2024-01-02;2024-01-03",
        "Probe;Left;Right",
        "p{n};1.{n};8.{n}",
    ),
}


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [9, 40, 300])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize(("head", "names", "row"), HEADS.values(), ids=HEADS)
def test_settings_per_column_above_the_names_are_none(
    read, rows, head, names, row, delimiter, count
):
    made = "".join(row.format(i=i % 10, n=100 + i) + "\n" for i in range(count))
    snapshot = read(f"{head}\n{names}\n{made}".replace(";", delimiter))
    assert [c.name for c in snapshot.columns] == names.split(";")
    assert (snapshot.rows, len(rows())) == (count, count)
    filled = [line for line in head.split("\n") if line.strip(";")]
    assert len([line for line in snapshot.left_out if line.text]) == len(filled)


SETTINGS = {
    "value last": "Model;TBS1052B\nUnits;S\nInterval;0.0005",
    "word last": "Model;TBS1052B\nInterval;0.0005\nGain;2\nUnits;S",
    "blank line": "Model;TBS1052B\n\nUnits;S\nInterval;0.0005\n\n",
    "names among them": "Operator;Ann\nX;CH1\nInterval;0.0005\nStart;-0.5",
}


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [9, 60])
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("units", ["", "s;V\n"], ids=["no units", "units"])
@pytest.mark.parametrize("above", SETTINGS.values(), ids=SETTINGS)
def test_settings_with_as_many_fields_as_the_table_are_no_rows(
    read, rows, above, units, delimiter, count
):
    made = "".join(f"{i}.5e-06;0.{100 + i}\n" for i in range(count))
    snapshot = read(f"{above}\nTime;Channel\n{units}{made}".replace(";", delimiter))
    assert [c.name for c in snapshot.columns] == ["Time", "Channel"]
    assert ({c.type for c in snapshot.columns}, snapshot.rows) == ({"number"}, count)
    assert len(rows()) == count
    left_out = [line.text for line in snapshot.left_out if line.text]
    assert len(left_out) == above.count(";") + bool(units)


@pytest.mark.parametrize("count", [9, 60])
def test_a_header_stays_one_where_some_rows_below_it_have_words(read, count):
    made = "".join(f"{i},{i + 0.5}\n" for i in range(count))
    assert read(f"Code,Price\n{made[: len(made) // 2]}").columns[0].name == "Code"
    snapshot = read(f"Code,Price\nA7,1.5\nB8,free\n{made}")
    assert [c.name for c in snapshot.columns] == ["Code", "Price"]
    assert snapshot.rows == count + 2
