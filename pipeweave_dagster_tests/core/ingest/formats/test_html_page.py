"""Tables of web pages, as many programs export them, are read; other pages are refused."""

import base64
import csv
import html
import io
import quopri
import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest_as_text, read_aligned

NAMES = ["id", "name", "amount"]
ROWS = [[f"00{i}", f"n{i} & <b>", f"{i}.5"] for i in range(1, 7)]


def cell(tag, text):
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<{tag}>{text}</{tag}>"


def table(names=NAMES, rows=ROWS, head="th", attributes=""):
    lines = [[(head, name) for name in names], *([("td", v) for v in row] for row in rows)]
    body = "".join(f"<tr>{''.join(cell(*c) for c in line)}</tr>\n" for line in lines)
    return f"<table {attributes}>{body}</table>"


def page(body, title="", head=""):
    return f"<html><head><title>{title}</title>{head}</head>\n<body>{body}</body></html>\n"


@pytest.fixture
def cells(tmp_path):
    """Return header and cells of a file, as text."""

    def cells_(content, name="d.xls"):
        file, out = tmp_path / "file", tmp_path / "out"
        out.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        read = ingest_as_text(file, name, out)
        with (out / "data.csv").open(newline="") as text:
            return list(csv.reader(text)), read

    return cells_


EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset=windows-1252">
<!--[if gte mso 9]><xml><x:Name>Sheet1</x:Name></xml><![endif]-->
<style><!--table {mso-displayed-decimal-separator:"\\.";}
.xl65 {mso-number-format:"\\@";}--></style>
</head><body><table border=0 style='border-collapse:
 collapse'>
 <col width=64 style='width:48pt'>
 <tr height=20><td colspan=3 height=20>Sales
  report</td></tr>
 <tr height=20><td>id</td><td>name</td><td>amount</td></tr>
 BODY
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'><td width=64></td><td width=64></td></tr>
 <![endif]>
</table></body></html>
"""
EXCEL_ROW = (
    "<tr><td class=xl65>{0}</td><td>{1}<span style='mso-spacerun:yes'>&nbsp;</span></td>"
    "<td align=right x:num>{2}</td></tr>"
)
ESCAPED = [[v.replace("&", "&amp;").replace("<", "&lt;") for v in row] for row in ROWS]
LAYOUT = (
    "<table><tr><td><table><tr><td>Home<td>Reports<td>Help</table></td></tr>"
    "<tr><td><h1>Report</h1>{}</td></tr></table>"
)
SAP = "<TABLE BORDER=1><TR><TD><NOBR>{}</NOBR>".format("<TD><NOBR>".join(NAMES)) + "".join(
    "<TR>" + "".join(f"<TD NOWRAP><NOBR>&nbsp;{v}&nbsp;</NOBR>" for v in row) for row in ESCAPED
)
EXPORTS = {
    "bare": table(),
    "names in td": page(table(head="td")),
    "excel": EXCEL.replace("BODY", "\n".join(EXCEL_ROW.format(*row) for row in ESCAPED)),
    "sap": f"<HTML><BODY>{SAP}</TABLE></BODY></HTML>",
    "pandas": pd.DataFrame(ROWS, columns=NAMES).to_html(index=False),
    "style first": '<style>.t{mso-number-format:"\\@"}</style>' + table(),
    "in a layout": page(LAYOUT.format(table())),
    "beside a smaller one": page(table(["k", "v"], [["a", "1"], ["b", "2"]]) + table()),
    "pages with the same names": page(table(rows=ROWS[:2]) + table(rows=ROWS[2:])),
    "scripts and hidden texts": page(
        table().replace("n1", "<script>x='<td>'</script><span style='display: none'>1</span>n1")
    ),
    "small table in a cell": page(
        table().replace("n2 &amp; &lt;b>", "<table><tr><td>n2 &amp; <td>&lt;b></table>")
    ),
    "not closed": page(table().replace("</td>", "").replace("</tr>", "").replace("</th>", "")),
    "footer first": page(
        table().replace("<tr><td>001", "<tfoot><tr><td>Sum<td><td>9</tfoot><tbody><tr><td>001")
    ),
    "xhtml": '<?xml version="1.0"?>\n' + page(table()),
    "names again": page(table(rows=[*ROWS[:3], NAMES, *ROWS[3:]])),
}


@pytest.mark.parametrize("kind", EXPORTS)
def test_exports_are_read(cells, kind):
    found, read = cells(EXPORTS[kind])
    assert found == [NAMES, *ROWS]
    assert read.dialect.format == "html"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (page(table(["é", "b"]), head="<meta charset=utf-8>").encode(), "utf-8"),
        (page(table(["é", "b"]), head="<meta charset=iso-8859-1>").encode("cp1252"), "cp1252"),
        (page(table(["Ж", "b"]), head="<meta charset='windows-1251'>").encode("cp1251"), "cp1251"),
        (page(table(["é", "b"]), head="<meta charset=iso-8859-1>").encode(), "utf-8"),
        (page(table(["é", "b"])).encode("utf-16"), "utf-16"),
        (page(table(["é", "b"]), head="<meta charset=base64>").encode(), "utf-8"),
    ],
    ids=["utf-8", "latin", "cyrillic", "declared wrongly", "utf-16", "no encoding"],
)
def test_encodings(cells, content, encoding):
    found, read = cells(content)
    assert found[0][0] in "éЖ"
    assert read.dialect.encoding == encoding


SPANS = """<table><thead><tr><th rowspan=2>Region</th><th colspan=2>2020</th></tr>
<tr><th>Q1</th><th>Q2<br>net</th></tr></thead><tbody>
<tr><td rowspan=2>N</td><td>1</td><td>2</td></tr><tr><td>3</td><td>&nbsp;</td></tr>
<tr><td>S</td><td colspan=2>5</td></tr></tbody></table>"""


def test_cells_over_rows_and_columns(cells):
    found, read = cells(SPANS)
    names = ["Region", "2020 Q1", "2020 Q2\nnet"]
    assert found == [names, ["N", "1", "2"], ["N", "3", ""], ["S", "5", ""]]
    assert read.dialect.header_rows == 2
    assert any("Filled 1 cell" in note for note in read.notes)


@pytest.mark.parametrize("index", [["a"], ["a", "b"]])
def test_the_index_of_pandas(cells, index):
    frame = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "z"], "c": [0.5, 1.5, 2.5]})
    found, _ = cells(frame.set_index(index).to_html())
    assert found == [["a", "b", "c"], ["1", "x", "0.5"], ["1", "y", "1.5"], ["2", "z", "2.5"]]


def test_digits_that_excel_does_not_show(cells):
    shown = "<tr><td x:num='1234.5678'>1,234.57</td><td x:num='38352'>31.12.04</td></tr>"
    found, _ = cells(f"<table><tr><th>v</th><th>d</th></tr>{shown * 3}</table>")
    assert found[1] == ["1234.5678", "31.12.04"]


def test_raised_digits_are_no_digits_of_the_number(read, rows):
    marks = ["", "", "<sup>1</sup>", " <sup><a href='#n2'>2</a></sup>", "<sup>p</sup>"]
    body = [[f"{20 + i}.5{marks[i % 5]}", f"{i} km<sup>2</sup>"] for i in range(20)]
    read(html.unescape(page(table(["rate", "area"], body))), name="d.html")
    found = rows()
    assert [row["rate"] for row in found[:5]] == ["20.5", "21.5", "22.5^1", "23.5^2", "24.5 p"]
    assert [row["area"] for row in found[:2]] == [0, 1]  # the 2 is one of the unit


def test_a_code_keeps_its_zeros_beside_the_number_that_excel_holds(cells):
    shown = "<tr><td>a</td><td x:num='7'>00007</td></tr>"
    found, _ = cells(f"<table><tr><th>v</th><th>d</th></tr>{shown * 3}</table>")
    assert found[1] == ["a", "00007"]


def test_values_are_typed_as_those_of_text(read, rows):
    body = [["01.02.2024", "1.234,50 €", "007"], ["31.12.2023", "-2,5 €", "008"]]
    snapshot = read(page(table(["day", "price", "code"], body)), name="d.xls")
    assert [c.type for c in snapshot.columns] == ["date", "number", "text"]
    assert [r["price"] for r in rows()] == [1234.5, -2.5]


def test_what_is_not_read_is_named(read):
    other = table(["k", "v"], [["a", "1"], ["b", "2"]]).replace(">", "><caption>Keys</caption>", 1)
    foot = "<tfoot><tr><td>Sum</td><td></td><td>9</td></tr></tfoot></table>"
    snapshot = read(page(other + table().replace("</table>", foot)))
    assert any("not read: 'Keys' (6 cells)" in note for note in snapshot.notes)
    assert snapshot.rows_quarantined == 1
    assert snapshot.rows == len(ROWS)


def test_settings_decide_on_the_header(read):
    snapshot = read(page(table()), read=ReadSetting(header=0, skip=0))
    assert snapshot.rows == len(ROWS) + 1


def test_a_batch_keeps_every_row(tmp_path, out):
    file = tmp_path / "batch"
    foot = "<tfoot><tr><td>x</td><td></td><td>9</td></tr></tfoot></table>"
    file.write_text(page(table().replace("</table>", foot)))
    column = SnapshotColumn(name="amount", original_name="amount", type="number", missing=0)
    assert read_aligned(file, "b.html", [column], out).rows == len(ROWS) + 1


def web_archive(*pages, encoding="quoted-printable", end="\r\n"):
    """Return pages as Excel saves them in one file."""
    lines = ["MIME-Version: 1.0", "X-Document-Type: Workbook"]
    lines += ["Content-Type: multipart/related;", ' boundary="=_1"', "", "A web archive.", ""]
    encode = quopri.encodestring if encoding == "quoted-printable" else base64.encodebytes
    for number, content in enumerate(pages):
        lines += ["--=_1", f"Content-Location: file:///C:/{number}.htm"]
        lines += [f"Content-Transfer-Encoding: {encoding}"]
        lines += ['Content-Type: text/html; charset="us-ascii"', ""]
        lines += encode(content.encode()).decode().splitlines()
    return end.join([*lines, "--=_1--", ""])


FRAMES = page("<frameset><frame src=0.htm></frameset>", "Book")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_web_archive_is_read(cells, encoding, end):
    small = table(["k", "v"], [["a", "1"], ["b", "2"]])
    archive = web_archive(FRAMES, page(table()), page(small), encoding=encoding, end=end)
    found, read = cells(archive, "d.mht")
    assert found == [NAMES, *ROWS]
    assert any("2 tables of data" in note for note in read.notes)


FIELDS = "<form><table><tr><td>User:<td><input></tr><tr><td>Password:<td><input type=password>"
LABELS = "<table><tr><td>URL<td>x.org<tr><td>Kind<td>Games<tr><td>Client<td>10.1.1.1</table>"
REFUSED = {
    "login": (page(FIELDS, "My bank"), "web page.*My bank"),
    "login with names": (page(table(), "Sign in | Portal"), "web page"),
    "error": (page("<table><tr><td><h1>Not found</h1><p>x<tr><td>y</table>", "404"), "web page"),
    "error with tables": (page(table(), "DatabaseError at /export"), "web page"),
    "list of files": (page(table(["Name", "Size"]), "Index of /data"), "web page"),
    "blocked": (
        page("<h1>Blocked</h1>" + "<p>Do not open this page.</p>" * 9 + LABELS),
        "web page",
    ),
    "layout": (
        page("<table><tr><td>Logo<td>Search<tr><td>Menu<td><h2>News</h2>Text</table>", "News"),
        "web page",
    ),
    "facts": (page("<table><tr><th>State<td>BW<tr><th>Area<td>118</table>"), "web page"),
    "frames": (page("<frameset><frame src=a></frameset>", "Book"), "web page.*Book"),
    "archive of frames": (web_archive(FRAMES), "web page.*Book"),
    "archive of archives": (web_archive(page("multipart/related " * 99)), "parts of their own"),
    "one cell": (page("<table><tr><td>1</td></tr></table>"), "holds one table.*CSV"),
    "tag not closed": (page(table()) + "<td title='>", "damaged.*never closed"),
    "too wide": ("<table><tr>" + "<td colspan=999999>1" * 99 + "</table>", "columns"),
    "spans too far": (
        "<table><tr>" + "<td rowspan=0>1" * 3000 + "</tr>" + "<tr><td>1" * 3000 + "</table>",
        "span too many",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_pages_are_refused(read, kind):
    content, words = REFUSED[kind]
    with pytest.raises(PipeWeaveError, match=rf"(?s){words}") as caught:
        read(content, name="d.xls")
    assert caught.value.code == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "before",
    [
        "<table><tr><td>" * 10_000 + "x" + "</td></tr></table>" * 10_000,
        f"<div {'a=b ' * 500_000}>",
        f"<div title='{'>' * 2_000_000}'>",
        "<" * 200_000,
        f"<script>{'if (a<b) x = 1;' * 100_000}</script>",
        "<![x[ y>\0&#0;&bogus;&#x110000;",
        "<table><tr><td>1</td></tr></table>" * 5_000,
    ],
    ids=["nested", "attributes", "attribute", "brackets", "script", "characters", "tables"],
)
def test_hostile_markup_costs_no_more_than_its_length(cells, before):
    found, _ = cells(f"<html><body>{before}{table()}</body></html>")
    assert found[0] == NAMES
    assert len(found) == 1 + len(ROWS)


texts = st.text(string.ascii_letters + string.digits + "<>&\"';,.éß東 -/#=", min_size=1, max_size=8)
plain = texts.map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    names=st.lists(plain, min_size=2, max_size=5, unique_by=str.casefold),
    kinds=st.lists(st.sampled_from(["whole", "text"]), min_size=5, max_size=5),
    values=st.lists(st.lists(plain, min_size=5, max_size=5), min_size=3, max_size=9),
    write=st.sampled_from(["pandas", "table", "layout"]),
)
def test_any_table_comes_back_as_its_csv(tmp_path_factory, names, kinds, values, write):
    rows = [
        [f"r{i}", *(row[j] if kinds[j] == "text" else str(7 * i + j) for j in range(1, len(names)))]
        for i, row in enumerate(values)
    ]
    html = {
        "pandas": pd.DataFrame(rows, columns=names).to_html(index=False),
        "table": table(names, rows),
        "layout": page(LAYOUT.format(table(names, rows))),
    }[write]
    folder = tmp_path_factory.mktemp("t")
    (folder / "d.html").write_text(html, encoding="utf-8")
    read = ingest_as_text(folder / "d.html", "d.html", folder)
    expected = io.StringIO(newline="")
    csv.writer(expected, lineterminator="\n").writerows([names, *rows])
    assert (folder / "data.csv").read_text("utf-8") == expected.getvalue(), read.notes
