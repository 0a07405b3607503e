"""Every row is stored or quarantined, with its line and the reason."""


def test_quarantine_accounts_for_every_row(read, out):
    import pyarrow.parquet as pq

    lines = [f"{i},{i * 3},n{i}" for i in range(1000)]
    lines[500] = "500,1500"
    lines[700] = "700,lots,n700"
    lines[800] = "800,2400,n800,extra"
    snapshot = read("id,value,name\n" + "\n".join(lines) + "\n")
    assert snapshot.rows_read == 1000
    assert snapshot.rows == 997
    assert snapshot.rows_quarantined == 3
    quarantine = pq.read_table(out / "quarantine.parquet").to_pylist()
    assert [q["line"] for q in quarantine] == [502, 702, 802]
    assert "2 fields instead of 3" in quarantine[0]["reason"]
    assert "'lots' is not a valid integer" in quarantine[1]["reason"]
