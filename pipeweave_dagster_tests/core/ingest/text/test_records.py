"""Malformed lines are repaired and never swallow their neighbours."""


def test_a_malformed_row_does_not_swallow_its_neighbours(read, rows):
    lines = [f'{i},"text {i}, more",{i}' for i in range(50)]
    lines[20] = '20,"text 20, more,20'
    read("id,text,n\n" + "\n".join(lines) + "\n")
    numbers = [r["id"] for r in rows()]
    assert numbers == [i for i in range(50) if i != 20]


def test_stray_quotes_do_not_join_records(read, rows):
    texts = [f"message {i} {'very ' * (i % 5)}long, or {'not ' * (i % 3)}" for i in range(60)]
    texts[7] = '"so it begins'
    texts[9] = 'and he said "end"'
    texts[30] = '"never closed'
    read("".join(f"{'spam' if i % 3 else 'ham'}\t{t}\n" for i, t in enumerate(texts)))
    assert len(rows()) == 60
    assert [r["column_2"] for r in rows()][7] == '"so it begins'


def test_texts_of_several_lines_with_separators_stay_whole(read, rows):
    texts = ["so, it, was, done\nand, so", "and then,\nwe went, home", 'he said ""no"",\nthen,us']
    body = "".join(f'{i},"{texts[i % 3]}",{i}.5,x{i % 2},{i % 2}\n' for i in range(60))
    snapshot = read("id,said,amount,kind,y\n" + body)
    assert (snapshot.rows_read, snapshot.rows, snapshot.rows_quarantined) == (60, 60, 0)
    assert [r["said"] for r in rows()[:3]] == [t.replace('""', '"') for t in texts]


def test_line_breaks_inside_quotes_stay(read, rows):
    read("note;a;b\n" + "".join(f'"first {i}\nsecond; {i}";{i};x\n' for i in range(20)))
    assert rows()[3] == {"note": "first 3\nsecond; 3", "a": 3, "b": "x"}


def test_blanks_behind_a_closing_quote_are_no_part_of_the_cell(read):
    snapshot = read('"area","2007  " ,"2008" \n' + '"Ulm" ,1.5,2.5\n"Bonn",2.5,3.5\n' * 9)
    assert [c.original_name for c in snapshot.columns] == ["area", "2007  ", "2008"]
    assert snapshot.rows == 18
