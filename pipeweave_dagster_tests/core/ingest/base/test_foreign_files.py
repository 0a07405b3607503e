"""Files that are no tables are refused by the name of what they are, whatever their name is."""

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError

pytestmark = pytest.mark.slow  # the file with all its variants

PAGE = "<!DOCTYPE html>\n<html><head><title>Page not found</title></head>\n<body>{}</body></html>\n"
TABLE = "<table><tr><td>1</td></tr></table>"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member in members:
            archive.writestr(member, "<x>1</x>,2\n3,4\n")
    return buffer.getvalue()


def sqlite(tmp_path):
    path = tmp_path / "made.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
    return path.read_bytes()


def tar():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.csv")
        info.size = 8
        archive.addfile(info, io.BytesIO(b"a,b\n1,2\n"))
    return buffer.getvalue()


KINDS = {
    "calendar": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "iCalendar"),
    "address book": (b"BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", "vCard"),
    "matrix market": (
        b"%%MatrixMarket matrix coordinate real general\n5 5 2\n1 1 1.5\n2 3 -2\n",
        "Matrix Market.*mmread",
    ),
    "sparse arff": (
        b"% made by x\n@RELATION r\n@ATTRIBUTE a NUMERIC\n@DATA\n% c\n{0 1.5}\n{}\n",
        "sparse ARFF",
    ),
    "qif": (b"!Type:Bank\nD01/13/2024\nT-12.50\n^\n", "QIF"),
    "qif with an account": (b"!Account\r\nNMy bank\r\n^\r\n!Type:Bank\r\n", "QIF"),
    "edifact": (b"UNA:+.? 'UNB+UNOC:3+S:14+R:14+240101:1000+1'UNH+1'", "EDIFACT"),
    "edifact without UNA": (b"UNB+UNOC:3+S:14+R:14+240101:1000+1'\nUNH+1'", "EDIFACT"),
    "bibtex": (b"@article{smith2020,\n  author = {Smith, J}\n}\n", "references"),
    "sequences": (b">s1 of a mouse\nACGTACGT\nGGTA\n>s2\nGGTA\n", "FASTA"),
    "yaml": (b"- id: 0\n  v: x\n- id: 1\n  v: y\n", "YAML"),
    "yaml with a start": (b"---\n- id: 0\n  v: x\n- id: 1\n  v: y\n", "YAML"),
    "page": (PAGE.format("gone").encode(), "web page.*Page not found"),
    "page in capitals": (b"\n <HTML><BODY>x</BODY></HTML>", "web page"),
    "page in utf-16": (PAGE.format("gone").encode("utf-16"), "web page"),
    "page with a BOM": (b"\xef\xbb\xbf" + PAGE.format("x").encode(), "web page"),
    "page after a comment": (b"<!-- made by x -->\n<html></html>", "web page"),
    "xhtml": (b'<?xml version="1.0"?>\n<!DOCTYPE html>\n<html></html>', "web page"),
    "page with one table": (PAGE.format(TABLE).encode(), "holds one table.*CSV"),
    "bare table": (TABLE.encode(), "holds one table"),
    "xml": (b'<?xml version="1.0"?>\n<rows><row a="1"/></rows>', "XML.*<rows>"),
    "xml without a declaration": (b"<rows>\n<row>1</row>\n</rows>\n", "XML.*<rows>"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', "XML.*<svg>"),
    "s3 error": (b"<Error><Code>AccessDenied</Code></Error>", "error message.*AccessDenied"),
    "excel 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><W/>', "Excel"),
    "lfs": (LFS, "Git LFS pointer.*git lfs pull"),
    "annex": (b"/annex/objects/SHA256E-s12--ab.csv\n", "git-annex"),
    "dvc": (b"outs:\n- md5: a304afb96060aad90176268345e10355\n  path: d.csv\n", "DVC pointer"),
    "404": (b"404: Not Found", "error message of a server"),
    "403": (b"Access denied.\n", "error message of a server"),
    "rate limit": (b"API rate limit exceeded", "error message of a server"),
    "error code": (b"error code: 1020", "error message of a server"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "rtf": (b"{\\rtf1\\ansi x}", "Rich Text"),
    "xls": (OLD_OFFICE + "Workbook".encode("utf-16-le"), r"\.xls\).*\.xlsx"),
    "doc": (OLD_OFFICE + "WordDocument".encode("utf-16-le"), "Word"),
    "encrypted": (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "docx": (zipped("word/document.xml"), "Word"),
    "ods": (zipped("content.xml", "META-INF/manifest.xml"), "LibreOffice"),
    "xlsb": (zipped("xl/workbook.bin"), "xlsb"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0", "image"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
    "spss": (b"$FL2@(#) SPSS DATA FILE", "SPSS"),
    "stata": (b"<stata_dta><header><release>118", "Stata"),
    "old stata": (b"\x72\x02\x01\x00\x05\x00", "Stata"),
    "sas": (b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", "SAS"),
    "rdata": (gzip.compress(b"RDX3\nX\n\0\0\0\3"), "R data file"),
    "rds": (bz2.compress(b"X\n\0\0\0\3\0\4"), "R data file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "HDF5"),
    "npy": (b"\x93NUMPY\x01\0", "NumPy"),
    "avro": (b"Obj\x01\x04\x14", "Avro"),
    "tar": (tar(), "tar archive"),
    "tar.gz": (gzip.compress(tar()), "tar archive"),
    "xz": (lzma.compress(b"a,b\n1,2\n"), "xz archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip"),
    "program": (b"\x7fELF\x02\x01\x01", "program"),
}


@pytest.mark.parametrize("name", ["data.csv", "data.xlsx", "data.json", "data"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_refused_by_name(read, kind, name):
    content, words = KINDS[kind]
    with pytest.raises(PipeWeaveError, match=rf"(?s){words}") as caught:
        read(content, name=name)
    assert caught.value.code == "VALIDATION_ERROR"


def test_a_database_is_refused(read, tmp_path):
    with pytest.raises(PipeWeaveError, match="SQLite"):
        read(sqlite(tmp_path))


class Opened:
    """Would leave a trace if it were unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))


@pytest.mark.pairwise
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("made", [Opened(), {"a": [1]}, [1, 2]], ids=["code", "dict", "list"])
def test_a_pickle_is_never_opened(read, protocol, pack, made):
    with pytest.raises(PipeWeaveError, match="pickle"):
        read(pack(pickle.dumps(made, protocol)))


@pytest.mark.parametrize("count", [5, 400])
@pytest.mark.parametrize(
    "header",
    [
        "sub_ftype,b,c",
        "PARE,b,c",
        "ORC,b,c",
        "$FL2,b,c",
        "<DATE>,<OPEN>,<CLOSE>",
        "<html>,a,b",
        "MZ,b,c",
        "BM,b,c",
        "version,b,c",
        "a not found,b,c",
    ],
)
def test_tables_that_begin_alike_are_read(read, rows, header, count):
    read(header + "\n" + "".join(f"{i},{i * 2}.5,x{i % 7}\n" for i in range(count)))
    assert len(rows()) == count


@pytest.mark.parametrize("name", ["A", "X", "MZ", "ORC", "PARE"])
def test_single_columns_that_begin_alike_are_read(read, rows, name):
    read(f"{name}\n" + "".join(f"{i}\n" for i in range(2, 40)))
    assert [r[name] for r in rows()] == list(range(2, 40))


def test_cells_with_markup_are_no_page(read, rows):
    read("id,html\n" + "".join(f'{i},"<p>text {i}</p>"\n' for i in range(9)))
    assert len(rows()) == 9


def test_titles_of_pages_are_escaped(read):
    page = PAGE.replace("Page not found", "a\x1b[31m\nb &lt;script&gt;").format("")
    with pytest.raises(PipeWeaveError) as caught:
        read(page)
    assert "\x1b" not in caught.value.message
    assert "\n" not in caught.value.message
