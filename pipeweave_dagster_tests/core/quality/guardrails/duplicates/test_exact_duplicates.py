"""PW401: duplicate rows, with and without identifiers."""

from pipeweave_dagster_tests.factories import brief

N = 200


def test_duplicates_are_counted_with_and_without_identifiers(findings_of, rng):
    x, y = rng.random(N).tolist(), rng.choice(["a", "b"], N).tolist()
    columns = {"id": list(range(2 * N)), "x": x * 2, "z": x * 2, "y": y * 2}
    [finding] = findings_of("PW401", columns, roles={"id": "identifier"})
    assert finding.state == "alerted"
    assert finding.evidence == {"rows": 0, "rows_without_identifiers": N}
    assert finding.message == "200 rows repeat an earlier row except for identifier columns."


def test_both_counts_are_named_where_some_rows_are_repeated_as_a_whole(findings_of, rng):
    x, y = rng.random(N).tolist(), rng.choice(["a", "b"], N).tolist()
    ids = [*range(N), *range(5), *range(N, 2 * N - 5)]
    columns = {"id": ids, "x": x * 2, "z": x * 2, "y": y * 2}
    [finding] = findings_of("PW401", columns, roles={"id": "identifier"})
    assert finding.message == (
        "5 rows are exact duplicates of an earlier row; "
        "200 rows repeat an earlier row except for identifier columns."
    )


def test_repeats_of_few_combinations_are_expected(findings_of):
    columns = {"x": [i % 3 for i in range(N)], "y": ["a", "b"] * (N // 2)}
    found = findings_of("PW401", columns)
    assert brief(found) == [("PW401", "passed")]
    assert "this is expected" in found[0].message


def test_unique_rows_pass(findings_of, rng):
    assert findings_of("PW401", {"x": rng.random(N), "y": ["a", "b"] * (N // 2)}) == []


def test_one_row_is_said_as_one(findings_of, rng):
    x, y = rng.random(N).tolist(), rng.choice(["a", "b"], N).tolist()
    [finding] = findings_of("PW401", {"x": [*x, x[0]], "z": [*x, x[0]], "y": [*y, y[0]]})
    assert finding.message == "1 row is an exact duplicate of an earlier row."
