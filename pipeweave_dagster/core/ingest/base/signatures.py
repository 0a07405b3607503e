"""File formats that are no tables of ours, by their first bytes: what they are and what to do."""

import re
from typing import NamedTuple

CSV_OR_PARQUET = "Export the table as CSV or Parquet, and upload that."


class Foreign(NamedTuple):
    """A format that is not read: what a file of it is, and what to do."""

    what: str
    fix: str


_IMAGE = Foreign("an image", "Upload the table that it shows, as CSV or Excel (.xlsx).")
_MEDIA = Foreign("an audio or video file", "Upload a table.")
_DOCUMENT = "Copy the table into a spreadsheet, and save it as .xlsx or CSV."
_UNPACK = "Unpack it, and upload the data file itself."
_FRAME = 'In Python: pandas.read_pickle("FILE").to_parquet("FILE.parquet"), if you trust the file.'
_R = 'In R: write.csv(TABLE, "FILE.csv", row.names = FALSE).'
_PROGRAM = Foreign("a program", "Upload a table.")

SIGNATURES: tuple[tuple[re.Pattern[bytes], Foreign], ...] = tuple(
    (re.compile(pattern, re.DOTALL), foreign)
    for pattern, foreign in (
        (
            rb"version https://git-lfs\.github\.com/spec/",
            Foreign(
                "a Git LFS pointer, not the file that it stands for",
                "Run `git lfs pull`, or download the file itself.",
            ),
        ),
        (
            rb"/?(\.\./)*(\.git)?/?annex/objects/",
            Foreign(
                "a git-annex pointer, not the file that it stands for",
                "Run `git annex get`, or download the file itself.",
            ),
        ),
        (
            (
                rb"(?i)(?:\s*+(?:(?:--|/\*)[^\n]*+\n|(?:set|begin|use|start|drop)\b[^\n;]*+;))*+\s*+"
                rb"(?:insert\s+into\s+\S+\s*(?:\([^)]*\))?\s*(?:values|select)\b|"
                rb"create\s+(?:temporary\s+)?table\s[^,;|\n]*\(|"
                rb"copy\s+\S+\s*\([^)]*\)\s+from\s+stdin\b)"
            ),
            Foreign(
                "a script of SQL statements (a dump), not a table",
                "Load it into a database, and export the table as CSV or Parquet; "
                "or pull the table from the database with `pipeweave sources`.",
            ),
        ),
        (
            rb"__CURSOR=[^\n]*\n__[A-Z_]+=",
            Foreign(
                "a journal in the format of `journalctl -o export`, not a table",
                "Write it with `journalctl -o json`, and upload that.",
            ),
        ),
        (
            rb"outs:\r?\n- (md5|etag|hash):",
            Foreign(
                "a DVC pointer, not the file that it stands for",
                "Run `dvc pull`, and upload the data file itself.",
            ),
        ),
        (
            rb"BEGIN:(VCALENDAR|VCARD)\r?\n",
            Foreign("a calendar or address book (iCalendar, vCard), not a table", CSV_OR_PARQUET),
        ),
        (
            rb"%%MatrixMarket ",
            Foreign(
                "a sparse matrix (Matrix Market)",
                "In Python: scipy.io.mmread(FILE).toarray(); save that as CSV or Parquet.",
            ),
        ),
        (
            rb"(?i)(?:\s*+%[^\n]*+\n|\s*+\n)*+@relation\b.*?\n@data\s*+(?:%[^\n]*+\n\s*+)*+\{",
            Foreign(
                "a sparse ARFF file",
                "In Weka: SparseToNonSparse, then save it as ARFF or CSV.",
            ),
        ),
        (rb"!(?:Type:\w|Account\b|Option:)", Foreign("a QIF file of a bank", CSV_OR_PARQUET)),
        (
            rb"UNA:\+.{2} ?'|UNB\+UNO[A-Z]:",
            Foreign("an EDIFACT message, not a table", CSV_OR_PARQUET),
        ),
        (
            rb"(?:\xef\xbb\xbf)?@(?i:article|book|inproceedings|misc)\{",
            Foreign("a list of references (BibTeX), not a table", "Save it as RIS or CSV."),
        ),
        (
            rb">[^\r\n]+\r?\n[ACGTUN]{4,}+[*-]?\s*+(>|\Z|[ACGTUN]{4})",
            Foreign("a list of sequences (FASTA), not a table", CSV_OR_PARQUET),
        ),
        (
            rb"(---\s*\n)?- [\w'\"]+: ?[^\n]*\n(  [\w'\"]+: ?[^\n]*\n)+- [\w'\"]+:",
            Foreign("a YAML document", "Save its records as JSON or CSV, and upload that."),
        ),
        (rb"%PDF-", Foreign("a PDF document", _DOCUMENT)),
        (rb"%!PS", Foreign("a PostScript document", _DOCUMENT)),
        (rb"\{\\rtf", Foreign("a Rich Text document (.rtf)", _DOCUMENT)),
        (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF.{4}WEBP|BM.{4}\0\0\0\0", _IMAGE),
        (rb"RIFF.{4}(WAVE|AVI )|ID3[\x02-\x04]\0|OggS\0|fLaC\0|\0\0.{2}ftyp", _MEDIA),
        (
            rb"SQLite format 3\0",
            Foreign(
                "an SQLite database",
                'Export a table: sqlite3 -header -csv FILE "SELECT * FROM TABLE" > table.csv.',
            ),
        ),
        (rb".{8}DUCK[\x01-\xff]\0\0\0", Foreign("a DuckDB database", CSV_OR_PARQUET)),
        (
            rb"\0\x01\0\0Standard (Jet|ACE) DB",
            Foreign("a Microsoft Access database", CSV_OR_PARQUET),
        ),
        (rb"\$FL[23]@\(#\)", Foreign("an SPSS file (.sav)", CSV_OR_PARQUET)),
        (
            rb"<stata_dta>|[\x69\x6c\x6e-\x73][\x01\x02]\x01\0",
            Foreign("a Stata file (.dta)", CSV_OR_PARQUET),
        ),
        (rb"\0{12}\xc2\xea\x81\x60|HEADER RECORD\*{7}LIB", Foreign("a SAS file", CSV_OR_PARQUET)),
        (
            rb"RD[AX][23]\n|X\n\0\0\0[\x02\x03]|A\n[23]\n\d{6}\n\d{6}\n",
            Foreign("an R data file", _R),
        ),
        (
            rb"\x80[\x02-\x05][\x95\]}(c\x8c]|\(dp\d?\n|\(lp\d?\n|ccopy_reg\n",
            Foreign("a Python pickle, which can run code and is never opened", _FRAME),
        ),
        (rb"\x89HDF\r\n|CDF[\x01\x02\x05]", Foreign("an HDF5 or NetCDF file", CSV_OR_PARQUET)),
        (rb"\x93NUMPY", Foreign("a NumPy array (.npy)", CSV_OR_PARQUET)),
        (rb"MATLAB [57]\.\d MAT-file", Foreign("a MATLAB file (.mat)", CSV_OR_PARQUET)),
        (rb"Obj\x01", Foreign("an Avro file", CSV_OR_PARQUET)),
        (rb"ORC(?=.{0,100}\0)", Foreign("an ORC file", CSV_OR_PARQUET)),
        (
            rb"PARE(?=.{0,200}\0)",
            Foreign("an encrypted Parquet file", "Upload it without encryption."),
        ),
        (rb"7z\xbc\xaf\x27\x1c", Foreign("a 7-Zip archive", _UNPACK)),
        (rb"Rar!\x1a\x07", Foreign("a RAR archive", _UNPACK)),
        (rb"\xfd7zXZ\0", Foreign("an xz archive", _UNPACK)),
        (rb".{257}ustar", Foreign("a tar archive", _UNPACK)),
        (rb"\x7fELF|MZ(?=.{0,64}\0)", _PROGRAM),
    )
)

# Members that name what a zip file is, in the order of the test.
ZIP_MEMBERS: tuple[tuple[str, Foreign], ...] = (
    ("xl/workbook.bin", Foreign("a binary Excel workbook (.xlsb)", "Save it as .xlsx or CSV.")),
    ("word/document.xml", Foreign("a Word document (.docx)", _DOCUMENT)),
    ("ppt/presentation.xml", Foreign("a PowerPoint presentation", _DOCUMENT)),
    (
        "META-INF/manifest.xml",
        Foreign("a LibreOffice document (.ods, .odt)", "Save the table as .xlsx or CSV."),
    ),
    ("Index/Document.iwa", Foreign("a Numbers or Pages document", "Export it as .xlsx or CSV.")),
    ("META-INF/MANIFEST.MF", _PROGRAM),
)

# Names of streams (UTF-16) in an old Office file, in the order of the test.
OFFICE_STREAMS: tuple[tuple[str, Foreign], ...] = (
    (
        "EncryptedPackage",
        Foreign(
            "an Excel or Word file that is protected by a password",
            "Remove the password (File, Info, Protect Workbook), and save it as .xlsx or CSV.",
        ),
    ),
    ("WordDocument", Foreign("a Word document in the old format (.doc)", _DOCUMENT)),
    ("PowerPoint Document", Foreign("a PowerPoint presentation", _DOCUMENT)),
    ("Workbook", Foreign("an Excel workbook in the old format (.xls)", "Save it as .xlsx or CSV.")),
    ("Book", Foreign("an Excel workbook in the old format (.xls)", "Save it as .xlsx or CSV.")),
)
OLD_OFFICE = Foreign("an old Office file (.xls, .doc, .msg)", "Save it as .xlsx or CSV.")
