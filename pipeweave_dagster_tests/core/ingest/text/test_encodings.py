# ruff: noqa: RUF001 - words of many alphabets
"""Any encoding and line end is read as UTF-8, and nothing is replaced without a note."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.text.encodings import to_utf8
from pipeweave_dagster.core.ingest.text.legacy_encodings import choose_legacy_encoding

pytestmark = pytest.mark.slow  # the file with all its variants

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"

# Names and places of each language, in Unicode.
WORDS = {
    "German": "Jürgen Müller;Köln|Käthe Weiß;Düsseldorf|Björn Groß;Gießen|Jörg Schäfer;Lübeck",
    "French": "Hélène Lefèvre;Besançon|François Noël;Orléans|Zoé Bérénice;Nîmes|Jérôme;Sète",
    "Spanish": "José Núñez;Córdoba|María Peña;León|Íñigo Ibáñez;Cádiz|Sofía Ruíz;Málaga",
    "Portuguese": "João Gonçalves;São Paulo|Inês Magalhães;Évora|Conceição;Maceió|Luís;Brasília",
    "Swedish": "Åsa Sjöström;Göteborg|Björn Åkesson;Malmö|Märta Öberg;Växjö|Göran;Umeå",
    "Polish": "Łukasz Wójcik;Łódź|Małgorzata Dąbrowska;Kraków|Święta Żak;Gdańsk|Ździsław;Poznań",
    "Czech": "Jiří Dvořák;Plzeň|Žofie Černá;Třebíč|Šárka Říhová;Ústí|Ondřej Němec;Kroměříž",
    "Hungarian": "Gábor Kővári;Győr|Zsófia Szőke;Pécs|Ödön Tűr;Kőszeg|Ágnes Fürész;Debrecen",
    "Croatian": "Željko Šarić;Šibenik|Đurđica Čović;Čakovec|Nataša Žižić;Požega|Anđela;Vukovar",
    "Turkish": "Ayşe Yılmaz;İstanbul|Çağrı Öztürk;Eskişehir|Gülşen Işık;Muğla|Oğuz Şahin;Kırşehir",
    "Lithuanian": "Žydrūnas Ąžuolas;Šiauliai|Eglė Žukauskaitė;Panevėžys|Jūratė;Kėdainiai",
    "Latvian": "Jānis Bērziņš;Rīga|Līga Ķēniņa;Jūrmala|Ģirts Ozoliņš;Cēsis|Ēriks Šķēle;Liepāja",
    "Russian": "Иван Петров;Москва|Ольга Смирнова;Казань|Юрий Щукин;Тверь|Анна Ёлкина;Орёл",
    "Ukrainian": "Андрій Їжак;Київ|Олена Ївженко;Чернігів|Наталія Гончар;Львів|Єгор Біль;Одеса",
    "Greek": "Γιώργος Παπαδόπουλος;Αθήνα|Ελένη Νικολάου;Πάτρα|Δήμητρα Ξένου;Θεσσαλονίκη",
    "Hebrew": "דוד כהן;ירושלים|שרה לוי;תל אביב|יעקב פרץ;חיפה|רחל אברהם;באר שבע",
    "Arabic": "محمد الأحمد;القاهرة|فاطمة حسن;الرياض|خالد العلي;بغداد|ليلى منصور;بيروت",
    "Thai": "สมชาย ใจดี;กรุงเทพ|วิภา แสงทอง;เชียงใหม่|มานะ สุขใจ;ขอนแก่น|พิมพ์ ดีงาม;ภูเก็ต",
    "Japanese": "田中太郎;東京都|鈴木はな;大阪市|サトウ アキ;京都府|高橋健一;札幌市",
    "Chinese": "王伟;北京市|李秀英;上海市|张丽;广州市|刘强;深圳市|陈静;成都市",
    "Taiwanese": "陳怡君;台北市|林志豪;高雄市|黃淑芬;台中市|張家豪;新竹縣|李雅婷;台南市",
    "Korean": "김철수;서울|이영희;부산|박민수;대구|최지우;인천|정현우;광주",
}
ENCODINGS = {
    "German": ["cp1252", "iso8859_15", "mac_roman", "cp850"],
    "French": ["cp1252", "iso8859_15", "mac_roman", "cp850"],
    "Spanish": ["cp1252", "mac_roman", "cp850"],
    "Portuguese": ["cp1252", "mac_roman"],
    "Swedish": ["cp1252", "iso8859_15"],
    "Polish": ["cp1250", "iso8859_2", "cp852"],
    "Czech": ["cp1250", "iso8859_2", "cp852"],
    "Hungarian": ["cp1250", "iso8859_2"],
    "Croatian": ["cp1250", "iso8859_2"],
    "Turkish": ["cp1254", "iso8859_9"],
    "Lithuanian": ["cp1257"],
    "Latvian": ["cp1257"],
    "Russian": ["cp1251", "koi8_r", "cp866", "iso8859_5"],
    "Ukrainian": ["cp1251", "koi8_u"],
    "Greek": ["cp1253", "iso8859_7"],
    "Hebrew": ["cp1255", "iso8859_8"],
    "Arabic": ["cp1256", "iso8859_6"],
    "Thai": ["cp874"],
    "Japanese": ["shift_jis", "cp932", "euc_jp", "iso2022_jp"],
    "Chinese": ["gb2312", "gbk", "gb18030"],
    "Taiwanese": ["big5"],
    "Korean": ["euc_kr", "cp949"],
}
UNICODE = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
]
CASES = [(language, e) for language, names in ENCODINGS.items() for e in names]


def table(language, count, delimiter=","):
    people = [person.split(";") for person in WORDS[language].split("|")]
    rows = [(i, *people[i % len(people)], i % 50) for i in range(count)]
    text = "".join(delimiter.join(map(str, row)) + "\n" for row in rows)
    return delimiter.join(["id", "name", "city", "n"]) + "\n" + text, [r[1:3] for r in rows]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(read, rows, end):
    read(PLAIN.replace("\n", end))
    assert [r["age"] for r in rows()] == [34, 41, 29]


def test_mixed_line_ends(read, rows):
    snapshot = read("a,b\r\n1,2\n3,4\r5,6\r\n")
    assert [r["b"] for r in rows()] == [2, 4, 6]
    assert snapshot.dialect.line_end == "mixed"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_rare_carriage_return_within_a_line_is_a_blank(read, rows, end, quote):
    lines = [f"{i},{quote}text {i % 7}{quote},{i % 9}" for i in range(300)]
    lines[200] = f"200,{quote}first line\rsecond line{quote},2"
    snapshot = read(end.join(["id,note,n", *lines, ""]))
    assert (snapshot.rows, snapshot.rows_quarantined) == (300, 0)
    assert rows()[200]["note"] == "first line second line"
    assert "1 carriage return within lines" in " ".join(snapshot.notes)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "mac_roman"])
def test_encodings(read, rows, encoding):
    text = "city,people\nMünchen,3\nKöln,2\nDüsseldorf,1\n" * 1
    read(text.encode(encoding))
    assert rows()[0]["city"] == "München"


def as_utf8(content, folder):
    """What the file is for every reader: its text in UTF-8."""
    (folder / "x.csv").write_bytes(content)
    return to_utf8(folder / "x.csv", "x.csv", folder).path.read_text(encoding="utf-8")


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_languages(tmp_path, language, encoding, count):
    text, _ = table(language, count, ";" if count == 5 else ",")
    assert as_utf8(text.encode(encoding), tmp_path) == text


@pytest.mark.parametrize(("language", "encoding"), [("Polish", "cp852"), ("Japanese", "cp932")])
def test_languages_come_as_far_as_the_table(read, rows, language, encoding):
    text, expected = table(language, 60)
    read(text.encode(encoding))
    assert [(r["name"], r["city"]) for r in rows()] == expected


@pytest.mark.parametrize("encoding", ["cp1250", "koi8_r", "euc_kr", "cp932"])
def test_long_files(tmp_path, encoding):
    language = next(name for name, known in ENCODINGS.items() if encoding in known)
    text, _ = table(language, 5000)
    assert as_utf8(text.encode(encoding), tmp_path) == text


@pytest.mark.pairwise
@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        "“it’s fine” – yes",
        "don’t…",
        "the committee’s report",
        "1990–1995 — Müller’s",
        "price: 5 € • new™",
        "naïve café",
    ],
)
@pytest.mark.parametrize("count", [1, 300])
def test_marks_of_word_processors(tmp_path, text, encoding, count):
    body = "".join(f"{i};{text}\n" for i in range(count))
    content = ("id;text\n" + body).encode(encoding, "ignore")
    assert as_utf8(content, tmp_path) == content.decode(encoding)


@pytest.mark.parametrize("text", ["20 °C", "½ cup", "50 m²", "5 µm ± 1", "£5", "© 2021"])
def test_single_symbols_are_cp1252(read, rows, text):
    read(f"id;text\n1;{text}\n2;plain\n".encode("cp1252"))
    assert rows()[0]["text"] == text


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", ["German", "Russian", "Chinese", "Korean", "Hebrew"])
def test_unicode_with_and_without_a_mark(read, rows, language, encoding):
    text, expected = table(language, 40)
    snapshot = read(text.encode(encoding))
    assert [(r["name"], r["city"]) for r in rows()] == expected
    assert snapshot.notes == []


@pytest.mark.pairwise
@pytest.mark.parametrize("at", [1, 250, 500])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("bad", ["café".encode("cp1252"), "Zoë ".encode() + b"caf\xe9"])
def test_one_bad_byte_changes_one_line(read, rows, at, mark, bad):
    lines = ["id,name", *(f"{i},Zoë{i}" for i in range(501))]
    content = [line.encode() for line in lines]
    content[at] = f"{at - 1},".encode() + bad
    snapshot = read(mark + b"\n".join(content) + b"\n")
    names = [r["name"] for r in rows()]
    assert names.pop(at - 1).endswith("café")
    assert names == [f"Zoë{i}" for i in range(501) if i != at - 1]
    note = f"1 line with bytes that are not UTF-8, read as cp1252: line {at + 1}."
    assert note in snapshot.notes


def test_a_mark_of_utf8_before_another_encoding(read, rows):
    content = b"\xef\xbb\xbfid,name\n" + b"".join(b"%d,caf\xe9\n" % i for i in range(20))
    snapshot = read(content)
    assert {r["name"] for r in rows()} == {"café"}
    assert [c.name for c in snapshot.columns] == ["id", "name"]
    assert any("byte order mark of UTF-8, but is not UTF-8" in n for n in snapshot.notes)


@pytest.mark.parametrize("share", [2, 5, 20, 100])
@pytest.mark.parametrize(("language", "encoding"), [("German", "cp1252"), ("Polish", "cp1250")])
def test_lines_of_two_encodings(read, rows, share, language, encoding):
    text, expected = table(language, 200)
    lines = text.splitlines(keepends=True)
    content = b"".join(
        line.encode("utf-8" if i % share else encoding) for i, line in enumerate(lines)
    )
    snapshot = read(content)
    assert [(r["name"], r["city"]) for r in rows()] == expected
    assert any(encoding in n for n in snapshot.notes)
    content = b"".join(
        line.encode(encoding if i % share else "utf-8") for i, line in enumerate(lines)
    )
    read(content)
    assert [(r["name"], r["city"]) for r in rows()] == expected


@pytest.mark.parametrize("place", [b"An\0n", b"\0Ann", b"Ann\0\0\0\0"])
def test_nul_bytes_are_removed_and_counted(read, rows, place):
    snapshot = read(b"name,age\n" + place + b",34\n" + b"Bob,41\n" * 30)
    assert rows()[0]["name"] == "Ann"
    assert any(n.endswith("removed.") and "NUL" in n for n in snapshot.notes)


def test_bytes_without_a_character_are_counted(read):
    words = ["café", "naïve", "Müller", "garçon", "Zoë", "señor", "tête"]
    body = "".join(f"{word},3\n" for word in words * 6).encode("cp1252")
    snapshot = read(b"name,age\n" + body + b"x\x81y,5\n")
    assert any("replacement character" in n and "cp1252" in n for n in snapshot.notes)


def test_replacement_characters_of_the_file_are_counted(read):
    snapshot = read("name,age\nM\ufffdller,3\nBob,4\n")
    assert any(n.startswith("1 replacement character (U+FFFD) in the text") for n in snapshot.notes)


def test_an_encoding_in_doubt_is_reported(read):
    snapshot = read(b"name,age\nS\xe3cele,3\nBob,4\n")
    assert any("encoding is not certain" in n for n in snapshot.notes)


@pytest.mark.parametrize("content", [b"\0" * 500, bytes(range(256)) * 20, b"a,b\n" + b"\1\2" * 99])
def test_binary_files_are_refused(read, content):
    with pytest.raises(PipeWeaveError, match="neither text"):
        read(content)


def test_the_work_for_the_choice_is_bounded(monkeypatch):
    from pipeweave_dagster.core.ingest.text import legacy_encodings

    seen = []
    counted = legacy_encodings._counted
    monkeypatch.setattr(
        legacy_encodings, "_counted", lambda text: seen.append(len(text)) or counted(text)
    )
    choose_legacy_encoding("Łódź, Gdańsk\n".encode("cp1250") * 100_000)
    assert max(seen) <= 24_000


_NAMES = st.text("éèüößñçåøæœ€ŠžÀÉ" + "abcdefgh -", min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(_NAMES, min_size=1, max_size=30),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_unicode_comes_back_unchanged(names, encoding, end):
    text = "a,name\n" + "".join(f"{i},{name}\n" for i, name in enumerate(names))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.replace("\n", end).encode(encoding))
        found = to_utf8(path, "x.csv", Path(folder))
        assert found.path.read_bytes().decode().replace("\r\n", "\n") == text
        assert found.notes == ()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"a,b\n",
                b"\xc3\xa9",
                b"\xe9",
                b",",
                b"1",
                b"\r",
                b"\xff",
                b"\x81",
                b"\xf0\x9f\x98\x80",
                b"\xef\xbb\xbf",
                b"\xed\xa0\x80",
                b"\0",
            ]
        ),
        min_size=1,
        max_size=40,
    )
)
def test_no_replacement_without_a_note(pieces):
    """Whatever the bytes: the text is UTF-8, ASCII is kept, and U+FFFD has a note."""
    content = b"a,b\n1,2\n" * 8 + b"".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content)
        found = to_utf8(path, "x.csv", Path(folder))
        text = found.path.read_bytes().decode("utf-8")
    if "\ufffd" in text:
        assert any("U+FFFD" in n for n in found.notes)
    if found.encoding in {"utf-8", "utf-8-sig", "ascii", "cp1252"}:
        kept = [c for c in text if c in "ab,12"]
        assert kept == [chr(c) for c in content if chr(c) in "ab,12"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_bad_byte_in_a_file_of_many_blocks(tmp_path, end):
    line = "123,Žofie Nováková,Plzeň,45.5" + end
    content = line.encode() * 45_000 + f"1,café,2,3{end}".encode("cp1252") + line.encode() * 45_000
    (tmp_path / "x.csv").write_bytes(content)
    found = to_utf8(tmp_path / "x.csv", "x.csv", tmp_path)
    text = found.path.read_bytes().decode().replace("\r\n", "\n")
    expected = (line * 45_000 + f"1,café,2,3{end}" + line * 45_000).replace(end, "\n")
    assert text == expected
    assert found.notes[0].startswith("1 line with bytes that are not UTF-8, read as cp1252")
    if end != "\r":
        assert found.notes[0].endswith("line 45001.")


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "cp1252"])
@pytest.mark.parametrize("word", ["Virtù", "Però", "Cefalù", "Nîmes", "Crème", "Più", "Göteborg"])
def test_a_single_word_is_read_or_its_encoding_named(word, encoding):
    choice = choose_legacy_encoding(word.encode(encoding))
    readings = [word.encode(encoding).decode(e) for e in (choice.encoding, *choice.rivals)]
    assert word in readings
    assert encoding != "cp1252" or readings[0] == word


@pytest.mark.parametrize("words", ["Straße", "Nr;Hauptstraße 3;Meißen", "Maßstab;Schloßstraße"])
def test_a_lone_sharp_s_shows_the_code_page_of_dos(words):
    assert choose_legacy_encoding(words.encode("cp850")).encoding == "cp850"


@pytest.mark.parametrize("words", ["está;Málaga;cuál", "coágulo;Samoá", "Canadá;diálogo;Guaraní"])
def test_an_accent_alone_does_not(words):
    encoding = choose_legacy_encoding(words.encode("cp1252")).encoding
    assert words.encode("cp1252").decode(encoding) == words


@pytest.mark.parametrize(("encoding", "count"), [("utf-8", 3), ("ascii", 3), ("latin-1", 0)])
def test_bytes_that_the_set_encoding_does_not_have_are_counted(read, encoding, count):
    data = "a,b\nMüller,1\nGröße,2\n".encode("latin-1")
    snapshot = read(data, read=ReadSetting(encoding=encoding))
    lost = [note for note in snapshot.notes if "U+FFFD" in note]
    assert all(note.startswith(f"{count} replacement characters") for note in lost)
    if count:
        assert f"bytes that {encoding} does not have" in lost[0]
    assert bool(lost) == bool(count)
