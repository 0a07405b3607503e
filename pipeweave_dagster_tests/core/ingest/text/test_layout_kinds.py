"""Kinds of files whose header or first rows were lost: none is glued, dropped or shifted.

Each case is a text, the names and the number of rows that a careful person reads. Values are
invented; every kind has variants with other delimiters, lengths and types.
"""

import pytest

pytestmark = pytest.mark.slow  # the file with all its variants


def lines(*head, count=0, row="{i},{x}"):
    """The first lines, and rows made from a pattern with `i`, `x` (a decimal) and `w` (a word)."""
    words = ("Adler", "Birke", "Carmen", "Dora", "Erle", "Fichte", "Gabel")
    made = [row.format(i=i, x=i * 1.5, w=words[i % 7], s=words[(i * 3) % 5]) for i in range(count)]
    return "\n".join([*head, *made]) + "\n"


GLUED = {
    "blank": (lines("name,age", "John,", count=60, row="{w}{i},{i}"), "name age", 61),
    "three of NA": (
        lines("name,age", "John,N/A", "Jane,N/A", "Jim,N/A", count=60, row="{w}{i},{i}"),
        "name age",
        63,
    ),
    "NA in 5,000": (lines("name,age", "John,NA", count=5000, row="{w}{i},{i}"), "name age", 5001),
    "dash": (
        lines("item;price;qty", "foo;-;-", count=40, row="it{i};{x};{i}"),
        "item price qty",
        41,
    ),
    "quoted": (
        lines("city,pct,beds", '"San X, PR",52.88%,NA', count=9, row='"{w}, DE",{i}.5%,{i}'),
        "city pct beds",
        10,
    ),
    "NULL": (lines("a\tb\tc", "NULL\tNULL\tx", count=30, row="{i}\t{x}\ty{i}"), "a b c", 31),
    "names of rows, equal neighbours": (
        lines(
            '"","Name","USPS","USCG","AP"',
            '"2","United States","","","U.S."',
            '"3","Alabama","AL","AL","Ala."',
            '"4","Alaska","AK","AK","Alaska"',
            '"5","Arizona","AZ","AZ","Ariz."',
        ),
        "|Name|USPS|USCG|AP",
        4,
    ),
    "no first cell": (
        "name,city,team\n,Ulm,Reds\n" + "Ann,Bonn,Blues\n" * 3 + "Bo,Rome,Reds\n",
        "name city team",
        5,
    ),
    "equal cells above empty ones": (
        "id,left,right\n0,XXXXX,XXXXX\n1,,\n2,,\n3,,\n",
        "id left right",
        4,
    ),
    "a blank name": ("a,,c\nAnn,Ulm,Reds\nBo,Bonn,Blues\nCy,Rome,Greens\n", "a||c", 3),
    "NA in most": (
        lines("u1,u2,u3,u4", "NA,NA,NA,0.5", count=80, row="{x},NA,{x},-0.{i}"),
        "u1 u2 u3 u4",
        81,
    ),
}
SPARSE = {
    "five empty": (
        lines("Date,a,b,c", *[f"2021-01-0{i},,," for i in range(1, 6)],
              *[f"2021-01-{i},{i},{i * 2},{i * 3}" for i in range(10, 32)]),
        "Date a b c", 27,
    ),
    "first of 2,000": (
        lines("Date,a,b,c", "2020-12-31,,,", count=2000, row="2021-01-01,{i},{x},{i}"),
        "Date a b c", 2001,
    ),
    "lags": (
        lines("price,wage,t,gp,gw,gw1", "92.6,2.31,1,,,", "92.5,2.3,2,-0.001,0.01,",
              "92.4,2.4,3,-0.01,0.0,0.01", count=90, row="9{i}.5,2.{i},{i},0.{i},0.0{i},0.01"),
        "price wage t gp gw gw1", 93,
    ),
    "triangle": (
        "who,p0,p1,p2,p3,p4,p5,p6,p7\n"
        + "".join(f"p{i}{',3' * (i + 1)}{',' * (7 - i)}\n" for i in range(8)),
        "who p0 p1 p2 p3 p4 p5 p6 p7", 8,
    ),
    "short": (lines("a,b,c,d", "1,2", count=40, row="{i},{i},{i},{i}"), "a b c d", 41),
    "residuals": (
        lines("value,u1,u2,u3,u4", "1932.6,,,,", count=200, row="1930.{i},-.001,{x},.{i},-.2"),
        "value u1 u2 u3 u4", 201,
    ),
    "texts": (
        lines("Sales Rep,Rep Id,Company", count=300, row="{w} {s},X{i}HA3C5,{s} Sheds {i}"),
        "Sales Rep|Rep Id|Company", 300,
    ),
}  # fmt: skip
NOT_SEEN = {
    "one year": (lines("state,2022", count=12, row="{w},{i}.37410"), "state 2022", 12),
    "years": (
        lines("state;2010;2015;2020", count=9, row="{w};{i};{x};{i}"), "state 2010 2015 2020", 9,
    ),
    "codes": (
        lines("Continent,Country,iso", "NA,USA,US", "EU,Britain,GB", "AF,Namibia,NA", "AS,Japan,JP",
              "SA,Peru,PE", "NA,Canada,CA", "EU,France,FR", "EU,Spain,ES", "AS,India,IN"),
        "Continent Country iso", 9,
    ),
    "dictionary": (
        "Field,Description\nDate,The date of travel\n"
        + "".join(f'{w}: Total,"The daily total of {w} (in units)"\n' for w in ("Alba", "Bern")),
        "Field Description", 3,
    ),
    "lists": (
        lines("uid,langs", "u0,Python", "u1,Julia;SQL", "u2,SQL;Python;Julia", "u3,Julia;Python",
              "u4,SQL", "u5,R;Python;Julia", "u6,Julia", "u7,Julia;SQL;R"),
        "uid langs", 8,
    ),
    "three texts": ("name,band\nMick,Stones\nJohn,Beatles\nPaul,Beatles\n", "name band", 3),
    "plays": ("name,plays\nJohn,guitar\nPaul,bass\nKeith,guitar\n", "name plays", 3),
    "row names": (
        '"","1940","1945"\n"Food",22.2,44.5\n"Household",10.5,15.5\n"Health",3.5,5.8\n',
        "|1940|1945", 3,
    ),
    "numbers beside row names": (
        '"","142.24","144.78"\n"9.4",0,0\n"9.6",1,0\n"9.8",0,2\n"10",1,3\n', "|142.24|144.78", 4,
    ),
    "series": (",0\n1821,269\n1822,321\n1823,585\n1824,871\n", "|0", 4),
}  # fmt: skip
NO_HEADER = {
    "numbers": (lines(count=30, row="{i},{x},x{i}"), "||", 30),
    "zero first": ("0,0\n" + lines(count=50, row="0.0{i},0"), "|", 51),
    "categories": ("a,x,no\nb,y,yes\na,z,yes\nb,x,no\n" * 15, "||", 60),
    "missing": (lines("3,?,1", count=20, row="{i},{i},2"), "||", 21),
}  # fmt: skip
TRAILING = {
    "three rows": ("A,B,C\n1,4,7,\n2,5,8,\n3,6,9,\n", "A B C", 3),
    "keys": (lines("cid;grp;amt", count=60, row="C{i};a;{i};"), "cid grp amt", 60),
    "header, too": (lines("A,B,", count=40, row="{i},{x},"), "A B", 40),
}
LEVELS = {
    "years over names": (
        lines(",2019,,2020,", "region,sales,cost,sales,cost", count=20, row="{w},{i},1,2,3"),
        "region|2019 sales|2019 cost|2020 sales|2020 cost", 20,
    ),
    "columns with levels": (
        lines(",2021-22,2021-22,2022-23", ",W,D,W", "Team,,,", count=18, row="{w},{i},3,26"),
        "Team|2021-22 W|2021-22 D|2022-23 W", 18,
    ),
}  # fmt: skip
TITLES = {
    "as many words as columns": (
        lines("Export of the shop 2026-11-01", "", "id,amount,price,kind,late",
              count=40, row="{i},{i},{x},{w},yes"),
        "id amount price kind late", 40,
    ),
    "as many words as columns, one name less": (
        lines("Export of the shop 2026-11-01", "", "id,amount,kind,late",
              count=40, row="{i},{i},0{i},{w},yes"),
        "|id|amount|kind|late", 40,
    ),
    "title": (lines("Report of 2020", "", "a,b,c", count=20, row="{i},{x},{w}"), "a b c", 20),
    "blanks": (
        lines(",,,", ",,,", ",Sales in May,,", "id,price,qty,who", count=30, row="{i},{x},{i},{w}"),
        "id price qty who", 30,
    ),
    "sizes": (lines("569,5,malignant,benign", count=60, row="{i},{x},{x},{x},{x},1"), "|||||", 60),
}  # fmt: skip
NOTES = """\
Sheet 1: ,Cases by district,"The hospitals of Ulm and Bern treat few of these. They are left out \
of all sums, as their figures would tell more than the others do.",* none reported,,,,
Sheet 2: ,Patients by age,"Only the hospitals that report ages. Bern does not, and is counted \
with the rest of its district.",* none reported,? fewer than 10,"^ adjusted for age, sex",,
Sheet 3: ,Stays above ten days,,* none reported,? fewer than 10,^ adjusted for age,~ no rate,"""
FIELDS = "Sheet {s},Number of {w} cases in district {i},{t},,,,,"


def fields_of(*head, blank=",,,,,,,", sep=","):
    """A list of fields below the notes on its sheets, as a spreadsheet of two tables exports it."""
    kinds = ("Integer", "Float", "Integer", "Text", "Integer")
    words = ("light", "grave", "new", "old", "open", "closed", "doubtful")
    rows = [FIELDS.format(s=1 + i // 12, w=words[i % 7], i=i, t=kinds[i % 5]) for i in range(36)]
    text = "\n".join(["Register of cases 2017,,,,,,,", blank, *head, NOTES, blank,
                      "Sheet,Field Name,Field Format,,,,,", *rows]) + "\n"  # fmt: skip
    return text.replace(",", sep) if sep != "," else text


MORE_NOTES = {
    "of several cells": (fields_of(), "Sheet|Field Name|Field Format", 36),
    "below a word": (fields_of("Sheet,,,,,,,"), "Sheet|Field Name|Field Format", 36),
    "tabs": (fields_of("Key to the sheets,,,,,,,", sep="\t"), "Sheet|Field Name|Field Format", 36),
}
AGAIN = {
    "words": ("\n".join(["gauze", "linen", "silk", "gauze", "wool", "linen"] * 5) + "\n", "", 30),
    "pairs": ("Ulm,red\nBern,blue\nUlm,red\nRome,red\nBern,green\n" * 6, "|", 30),
    "answers": (
        "Id,Monday,Tuesday\n" + "".join(
            f"{i},{'Monday' if i % 2 else ''},{'' if i % 3 else 'Tuesday'}\n" for i in range(40)
        ),
        "Id Monday Tuesday", 40,
    ),
}  # fmt: skip
KINDS = {
    "notes": MORE_NOTES, "again": AGAIN,
    "glued": GLUED, "sparse": SPARSE, "not seen": NOT_SEEN, "no header": NO_HEADER,
    "trailing": TRAILING, "levels": LEVELS, "titles": TITLES,
}  # fmt: skip
CASES = [
    pytest.param(*case, id=f"{kind}: {name}")
    for kind, cases in KINDS.items()
    for name, case in cases.items()
]


@pytest.mark.parametrize("more", [0, 1])
def test_unquoted_thousands_never_shift_the_names(read, more):
    rows = "".join(f"{i},{i % 9 + 1},0{i:02}{',red' * more}\n" for i in range(60))
    names = ["id", "amount", *["kind"] * more]
    snapshot = read(",".join(names) + "\n" + rows)
    assert [column.original_name for column in snapshot.columns] == [*names, ""]
    assert snapshot.dialect.doubt == (
        f"In doubt: the header has {2 + more} names for {3 + more} columns. Read with names from "
        "the first column on, but row names may have none, or numbers may contain delimiters that "
        "are not quoted (1,000). If so, quote them; if not, name every column."
    )


@pytest.mark.parametrize(("text", "names", "count"), CASES)
def test_header_and_rows_are_what_a_careful_person_reads(read, text, names, count):
    snapshot = read(text)
    wanted = names.split("|") if "|" in names else names.split(" ")
    assert [column.original_name for column in snapshot.columns] == wanted, snapshot.notes
    assert snapshot.rows_read == count, snapshot.notes


@pytest.mark.parametrize("word", ["(X)", "#", "[c]", "%"])
def test_a_first_row_of_marks_that_recur_is_no_line_of_units(word, read, rows):
    body = "".join(
        f"{word if i % 5 == 0 else i};{word if i % 4 == 0 else i * 2}\n" for i in range(30)
    )
    snapshot = read(f"a;b\n{body}")
    assert (snapshot.rows, snapshot.left_out) == (30, [])
    assert rows()[0] == {"a": word, "b": word}


def test_a_second_address_like_the_first_makes_no_row_a_header(read, rows):
    street = "{0} Old Mill Road, Rear Building No. {0}"
    lines = [f"{street.format(i)}|Ann {i} Lee|{street.format(i)}|{i * 7 % 13}" for i in range(40)]
    snapshot = read("\n".join(["billing|name|shipping|n", *lines]) + "\n")
    assert (snapshot.rows, snapshot.dialect.header_rows, snapshot.left_out) == (40, 1, [])
    assert rows()[0]["billing"] == street.format(0)


@pytest.mark.pairwise
@pytest.mark.parametrize("row", ["1,;,;,;", "1,an ox,owl,an ox", "7.5,a,c|9,a", "1,a,b,b"])
@pytest.mark.parametrize("further", [1, 2, 4])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_first_row_that_repeats_a_word_below_names_is_no_line_of_units(
    row, further, delimiter, read
):
    others = ["2,x,an ox,y", "3,owl,c|9,a", "4,a,owl,x", "5,y,y,an ox"][:further]
    text = lines("cbxz,xaya,yccy,baxc", row, *others).replace(",", delimiter)
    snapshot = read(text)
    assert [column.original_name for column in snapshot.columns] == ["cbxz", "xaya", "yccy", "baxc"]
    assert snapshot.rows == 1 + further
