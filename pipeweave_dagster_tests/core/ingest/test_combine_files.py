"""Several files of one data set become one table."""

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


def test_files_are_concatenated(read, rows):
    second = "Age,name,extra\n50,Dee,7\n"
    snapshot = read(PLAIN, second)
    assert [c.name for c in snapshot.columns] == ["name", "age", "paid", "extra"]
    assert rows()[3] == {"name": "Dee", "age": 50, "paid": None, "extra": 7}
    assert any("lacks 1 column: paid" in n for n in snapshot.notes)


def test_labels_with_different_spellings_are_reported(read, rows):
    first = "x,income\n" + "1,<=50K\n2,>50K\n" * 5
    second = "x,income\n" + "1,<=50K.\n2,>50K.\n" * 5
    snapshot = read(first, second)
    assert snapshot.rows == 20
    assert {r["income"] for r in rows()} == {"<=50K", ">50K", "<=50K.", ">50K."}
    assert any("'<=50K' and '<=50K.'" in n for n in snapshot.notes)
