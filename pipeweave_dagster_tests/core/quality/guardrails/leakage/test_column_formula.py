"""PW206: a target that can be computed from other columns is blocked, and the formula shown."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow  # the file with all its variants

N = 600


@pytest.fixture
def told(findings_of):
    """State and message of each finding of PW206."""

    def told_(columns, task="regression", **more):
        return [(f.state, f.message) for f in findings_of("PW206", columns, task, **more)]

    return told_


def clocks(rng, late, n=N):
    """Planned and actual clock time (HHMM), midnight included."""
    plan = rng.integers(0, 1440, n)
    return tuple((m // 60 * 100 + m % 60) for m in (plan, (plan + late) % 1440))


def host(rng, n=N):
    return {
        "h1": rng.normal(size=n).round(3),
        "h2": rng.integers(0, 9, n),
        "h3": ["a", "b"] * (n // 2),
    }


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda y, a: {"a": a, "b": y - a}, "'a' + 'b'"),
        (lambda y, a: {"a": a, "b": a - y}, "'a' - 'b'"),
        (lambda y, a: {"a": a, "b": y / a}, "'a' * 'b'"),
        (lambda y, a: {"a": a, "b": a / y}, "'a' / 'b'"),
        (lambda y, a: {"a": a, "b": a + y}, "'b' - 'a'"),
        (lambda y, a: {"a": a, "b": a * (1 - y / 100)}, "100 - 100 * 'b' / 'a'"),
        (lambda y, a: {"a": a, "b": np.sqrt(a / y)}, "'a' / 'b'^2"),
        (lambda y, a: {"a": a, "b": (y - 0.3 * a) / 0.7}, "0.3 * 'a' + 0.7 * 'b'"),
    ],
)
def test_arithmetic_of_two_columns_is_blocked_and_shown_as_it_is(told, rng, make, text):
    y, a = rng.gamma(2, 20, N).round(2) + 1, rng.gamma(2, 30, N).round(2) + 1
    found = told({**host(rng), **make(y, a), "y": y})
    assert found == [("blocked", f"'y' is {text}: exceptions 0 of 600 rows.")]


def test_price_quantity_and_discount_are_found_together(told, rng):
    price, quantity = rng.gamma(2, 20, N).round(2) + 1, rng.integers(1, 9, N)
    discount = rng.choice([0.0, 0.1, 0.25], N)
    columns = {"price": price, "quantity": quantity, "discount": discount}
    y = (price * quantity * (1 - discount)).round(2)
    text = "'price' * 'quantity' * (1 - 'discount')"
    assert told({**host(rng), **columns, "y": y}) == [
        ("blocked", f"'y' is {text}: exceptions 0 of 600 rows.")
    ]


def test_a_factor_per_category_is_found(told, rng):
    currency = rng.choice(["EUR", "GBP", "USD"], N)
    rate = np.select([currency == "EUR", currency == "GBP"], [1.08, 1.27], 1.0)
    amount = rng.gamma(3, 300, N).round(2) + 10
    columns = {"amount": amount, "currency": currency, "y": (amount * rate).round(2)}
    assert told({**host(rng), **columns}) == [
        ("blocked", "'y' is 'amount' times a factor per 'currency': exceptions 0 of 600 rows.")
    ]


def test_units_per_category_are_found(told, rng):
    unit, celsius = rng.choice(["C", "F"], N), rng.normal(15, 8, N)
    shown = np.where(unit == "F", celsius * 1.8 + 32, celsius).round(1)
    [(state, message)] = told({"unit": unit, "t": shown, "y": celsius.round(1)})
    assert (state, "a factor plus an amount per 'unit'" in message) == ("blocked", True)


@pytest.mark.parametrize("seconds", [False, True])
def test_the_time_between_dates_is_found(told, rng, seconds):
    start = np.datetime64("2023-01-01T00:00:00") + rng.integers(0, 10**7, N)
    length = rng.integers(1, 20, N) * (60 if seconds else 86_400)
    start, end = (t if seconds else t.astype("datetime64[D]") for t in (start, start + length))
    y = length // (60 if seconds else 86_400)
    factor = "1440 * " if seconds else ""
    assert told({**host(rng), "start": start, "end": end, "y": y}) == [
        ("blocked", f"'y' is {factor}('end' - 'start' in days): exceptions 0 of 600 rows.")
    ]


def test_age_in_whole_years_is_found(told, rng):
    born = np.datetime64("1950-01-01") + rng.integers(0, 15_000, N)
    day = np.datetime64("2020-01-01") + rng.integers(0, 900, N)
    y = np.floor((day - born).astype(int) / 365.25)
    text = "('day' - 'born' in days) / 365.25, rounded down"
    assert told({**host(rng), "born": born, "day": day, "y": y}) == [
        ("blocked", f"'y' is {text}: exceptions 0 of 600 rows.")
    ]


@pytest.mark.parametrize("threshold", [5, 16, 45])
def test_a_class_by_the_difference_of_clock_times_is_found_over_midnight(told, rng, threshold):
    late = rng.integers(-20, 80, N)
    plan, actual = clocks(rng, late)
    y = np.where(late >= threshold, "late", "on time")
    [(state, message)] = told({**host(rng), "q1": plan, "q2": actual, "y": y}, "binary")
    assert state == "blocked"
    assert "('q2' - 'q1' as clock times, in minutes) is" in message
    assert str(threshold) in message or str(threshold - 1) in message


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (lambda a, b: a > b, "'a' is greater than 'b'"),
        (lambda a, b: a - b > 15, "'a' - 'b' is"),
        (lambda a, b: np.abs(a - b) < 10, "|'a' - 'b'| is below 10"),
        (lambda a, b: a * b > 3000, "'a' * 'b' is"),
        (lambda a, b: 3 * a + 7 * b > 600, "0.3 * 'a' + 0.7 * 'b' is"),
    ],
)
def test_a_class_by_a_comparison_or_threshold_is_found(told, rng, rule, text):
    a, b = rng.integers(20, 110, 1500).astype(float), rng.integers(1, 100, 1500).astype(float)
    columns = {**host(rng, 1500), "a": a, "b": b, "y": rule(a, b).astype(int)}
    [(state, message)] = told(columns, "binary")
    assert (state, text in message) == ("blocked", True)


def test_classes_by_several_thresholds_are_found(told, rng):
    weight, height = rng.normal(78, 14, 1500).round(1), rng.normal(1.72, 0.1, 1500).round(2)
    names = np.array(["thin", "normal", "heavy"])
    y = names[np.digitize(weight / height**2, [20, 28])]
    [(state, message)] = told({"weight": weight, "height": height, "y": y}, "multiclass")
    assert state == "blocked"
    assert "'y' follows from 'weight' / 'height'^2: 'thin' below 20" in message


def test_texts_that_are_equal_in_one_class_are_found(told, rng):
    a, b = rng.choice(["cat", "dog", "cow"], (2, N))
    y = np.where(a == b, "right", "wrong")
    [(state, message)] = told({**host(rng), "a": a, "b": b, "y": y}, "binary")
    assert (state, "'a' differs from 'b'" in message) == ("blocked", True)


def test_a_comparison_with_a_few_exceptions_is_alerted(told, rng):
    a = rng.gamma(2, 15, N).round(2) + 1
    y = rng.random(N) < 0.3
    b = np.where(y & (rng.random(N) > 0.03), a * rng.uniform(1.1, 3, N), a).round(2)
    [(state, message)] = told({**host(rng), "a": a, "b": b, "y": y.astype(int)}, "binary")
    assert (state, "'b' is greater than 'a'" in message) == ("alerted", True)


@pytest.mark.parametrize("exceptions", [0, 1, 2, 12, 60])
def test_exceptions_are_counted_and_decide_between_proof_and_suspicion(told, rng, exceptions):
    a, b = rng.normal(50, 9, (2, 2000)).round(1)
    y = a + b
    y[rng.choice(2000, exceptions, replace=False)] += 30
    found = told({"a": a, "b": b, "x": rng.normal(size=2000), "y": y})
    state = "blocked" if exceptions <= 2 else "alerted"
    assert found == [(state, f"'y' is 'a' + 'b': exceptions {exceptions} of 2,000 rows.")]


def test_rows_with_a_missing_cell_are_left_out(told, rng):
    a, b = rng.normal(50, 9, (2, N)).round(1)
    y, gaps = a + b, rng.random((2, N)) < 0.06
    a, b = (
        [None if gap else v for v, gap in zip(c, g, strict=True)]
        for c, g in zip((a, b), gaps, strict=True)
    )
    rows = N - int(gaps.any(0).sum())
    found = told({**host(rng), "a": a, "b": b, "y": y})
    assert found == [("blocked", f"'y' is 'a' + 'b': exceptions 0 of {rows} rows.")]


def test_arithmetic_that_gives_a_class_is_blocked(leaks, rng):
    a, y = rng.normal(0, 40, N), rng.integers(0, 2, N)
    found = leaks({"a": a, "b": y - a, "x": rng.normal(size=N), "y": y})
    assert found == [("PW206", "blocked", "a", "b")]


def test_two_formulas_of_one_target_are_both_named(leaks, rng):
    y, a, c = rng.gamma(2, 30, (3, N)) + 1
    columns = {"a": a, "b": y / a, "c": c, "d": c / y, "x": rng.normal(size=N), "y": y}
    found = [set(columns) for code, state, *columns in leaks(columns, "regression")]
    assert {"a", "b"} in found
    assert {"c", "d"} in found


def test_a_formula_with_an_identifier_that_is_not_used_stops_nothing(findings_of, rng):
    number = rng.permutation(N) + 1
    part = rng.integers(0, 90, N)
    columns = {"number": number, "part": part, "y": number + part}
    roles = {"number": "identifier"}
    states = {f.state for f in findings_of("PW206", columns, "regression", roles=roles)}
    assert states <= {"fixed"}


def test_rare_counts_are_not_arithmetic(leaks, rng):
    y = (rng.random(N) < 0.06).astype(int)
    columns = {f"c{i}": rng.poisson(0.02, N) * rng.integers(1, 9, N) for i in range(12)}
    assert leaks({**columns, "y": y}) == []


def test_a_rule_that_holds_only_where_the_target_is_zero_is_not_arithmetic(leaks, rng):
    row = np.arange(N * 30)
    y = np.where(row % 3000 == 0, 50.0, 0.0)
    sparse = [np.where(rng.random(N * 30) < 0.00005, 5.0, 0.0) for _ in range(2)]
    steps = {f"s{i}": np.where(row < 6, row * 1.0, v) for i, v in enumerate(sparse)}
    assert leaks({**steps, "y": y}, "regression") == []


@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_a_product_up_to_noise_is_an_honest_predictor(told, rng, noise):
    x, y, z = rng.gamma(9, 0.6, (3, N)).round(2)
    weight = (0.0061 * x * y * z * np.exp(rng.normal(0, noise, N))).round(4)
    assert told({"x": x, "y1": y, "z": z, "y": weight}) == []


def test_classes_that_are_separated_by_nature_are_no_formula(told, rng):
    y = np.arange(N) % 2
    a, b = 4 * y + rng.normal(size=(2, N))  # their sum divides the classes, with a wide gap
    assert told({"a": a, "b": b, "y": y}, "binary") == []


def test_shuffled_columns_are_no_formula(told, rng):
    late = rng.integers(-20, 80, N)
    plan, actual = clocks(rng, late)
    columns = {"q1": plan, "q2": rng.permutation(actual), "y": (late >= 15).astype(int)}
    assert told({**host(rng), **columns}, "binary") == []


def test_flags_are_counted_and_one_is_enough_for_a_class(told, rng):
    flags = rng.random((3, N)) < 0.2
    columns = {f"q{i}": np.where(flag, "yes", "no") for i, flag in enumerate(flags)}
    [(state, message)] = told({**columns, "y": flags.any(0).astype(int)}, "binary")
    text = "('q0' is 'yes') + ('q1' is 'yes') + ('q2' is 'yes')"
    assert (state, text in message) == ("blocked", True)


def test_what_is_cut_off_at_zero_is_found(told, rng):
    earned, spent = rng.gamma(3, 20, (2, N)).round(2)
    y = np.maximum(0, earned - spent).round(2)
    text = "the larger of 0 and 'earned' - 'spent'"
    assert told({**host(rng), "earned": earned, "spent": spent, "y": y}) == [
        ("blocked", f"'y' is {text}: exceptions 0 of 600 rows.")
    ]


def test_the_largest_of_several_columns_is_found(told, rng):
    marks = rng.integers(0, 100, (3, N))
    columns = {f"q{i}": mark for i, mark in enumerate(marks)}
    assert told({**host(rng), **columns, "y": marks.max(0)}) == [
        ("blocked", "'y' is the largest of 'q0', 'q1', 'q2': exceptions 0 of 600 rows.")
    ]


def test_a_share_of_a_total_that_is_no_column_is_found(told, rng):
    a, b, c = rng.gamma(2, 20, (3, N)).round(1) + 1
    y = (a / (a + b + c)).round(4)
    assert told({"a": a, "b": b, "c": c, "y": y}) == [
        ("blocked", "'y' is 'a' / ('b' + 'c' + 'a'): exceptions 0 of 600 rows.")
    ]


@pytest.mark.parametrize("seed", range(6))
def test_extreme_and_degenerate_numbers_give_no_error(findings_of, seed):
    rng = np.random.default_rng(seed)
    kinds = [
        rng.normal(size=60) * 10.0 ** rng.integers(-300, 300),
        np.full(60, 1e308),
        rng.choice([0.0, 1e308, -1e308, 5e-324], 60),
        rng.integers(-(2**62), 2**62, 60),
        np.full(60, np.nan),
        np.datetime64("0001-01-01") + rng.integers(0, 3_600_000, 60),
        rng.integers(0, 2, 60),
    ]
    columns = {f"q{i}": kinds[k] for i, k in enumerate(rng.integers(0, len(kinds), 9))}
    for task in ("regression", "multiclass"):
        findings_of("PW206", {**columns, "y": kinds[seed % 4]}, task)


@given(order=st.permutations(range(5)), scale=st.sampled_from([1e-6, 1.0, 1e9]))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_names_order_and_scale_do_not_change_what_is_found(findings_of, order, scale):
    rng = np.random.default_rng(7)
    a, b = rng.gamma(2, 20, (2, 300)).round(2)
    values = [a * scale, b * scale, *rng.normal(size=(3, 300))]
    columns = {f"c{place}": values[at] for place, at in enumerate(order)}
    found = findings_of("PW206", {**columns, "y": (a + b) * scale}, "regression")
    wanted = {f"c{order.index(0)}", f"c{order.index(1)}"}
    assert [(f.state, set(f.columns)) for f in found] == [("blocked", wanted)]


@pytest.mark.parametrize("distance", [3, 4, 6])
def test_classes_that_many_directions_separate_are_no_formula(told, distance):
    rng = np.random.default_rng(distance)
    y = rng.integers(0, 2, 800)
    mixed = (rng.normal(size=(800, 6)) + distance * y[:, None] * rng.random(6)) @ rng.normal(
        size=(6, 6)
    )
    columns = {f"q{i}": column for i, column in enumerate(mixed.round(2).T)}
    assert told({**columns, "y": y}, "binary") == []


def test_few_rows_with_many_columns_are_enough(told, rng):
    weight, height = rng.normal(78, 14, 300).round(1), rng.normal(1.72, 0.1, 300).round(2)
    others = {f"x{i}": rng.gamma(2, 9, 300).round(1) for i in range(55)}
    y = (weight / height**2).round(1)
    assert told({**others, "weight": weight, "height": height, "y": y}) == [
        ("blocked", "'y' is 'weight' / 'height'^2: exceptions 0 of 300 rows.")
    ]


def test_a_column_that_was_rounded_before_its_factor_is_found(told, rng):
    unit = rng.choice(["kg", "lb", "st"], 900)
    factor = np.select([unit == "kg", unit == "lb"], [1, 0.45359], 6.35029)
    kilos = rng.normal(70, 12, 900).round(1)
    columns = {"unit": unit, "weight": (kilos / factor).round(1), "y": kilos}
    [(state, message)] = told({**host(rng, 900), **columns})
    assert (state, "'weight' times a factor" in message) == ("blocked", True)


@pytest.mark.parametrize("holes", [0.005, 0.05, 0.15])
@pytest.mark.parametrize("combine", [np.subtract, np.multiply])
def test_a_few_missing_cells_do_not_hide_a_formula(told, rng, holes, combine):
    a, b = rng.gamma(3, 50, 1500).round(2), rng.gamma(2, 30, 1500).round(2) + 1
    y = combine(a, b).round(4)
    a, b = (np.where(rng.random(1500) < holes, np.nan, column) for column in (a, b))
    found = told({"a": a, "b": b, "x": rng.normal(size=1500), "y": y})
    assert [state for state, _ in found] == ["blocked"], found
