"""Tables whose values are written in unusual ways: each as texts per column, with a target."""

import datetime as dt

import numpy as np

ROWS = 90
RNG = np.random.default_rng(3)
X = [float(v) for v in RNG.normal(size=ROWS)]
DAYS = [dt.date(2019, 1, 3) + dt.timedelta(int(9 * i)) for i in range(ROWS)]
HOURS = [dt.datetime(2023, 3, 1) + dt.timedelta(hours=31 * i, seconds=i) for i in range(ROWS)]  # noqa: DTZ001
TOWN = [["Paris", "Lyon", "Nice"][i % 3] for i in map(int, RNG.permutation(ROWS))]
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"


def comma(number, digits=2):
    """A number with a decimal comma and points between thousands."""
    return f"{number:,.{digits}f}".replace(",", "_").replace(".", ",").replace("_", ".")


def accounting(number):
    return f"({-number:,.2f})" if number < 0 else f"{number:,.2f}"


TABLES = {
    "day first, codes with zeros, words for truth": (
        ",",
        {"when": [f"{d:%d/%m/%Y}" for d in DAYS],
         "zip": [f"{1000 + 7 * (i % 5):05}" for i in range(ROWS)],
         "x": [f"{v:.4f}" for v in X],
         "member": [["True", "False"][v > 0] for v in X],
         "paid": [["yes", "no"][v > 1] for v in X]},
    ),
    "decimal commas, names of months": (
        ";",
        {"price": [comma(9000 * v) for v in X], "share": [comma(abs(v), 3) for v in X],
         "town": TOWN,
         "seit": [f"{d.day}. {GERMAN.split()[d.month - 1]} {d.year}" for d in DAYS],
         "wert": [comma(v, 1) for v in X]},
    ),
    "accounting": (
        "\t",
        {"profit": [accounting(2000 * v) for v in X], "cost": [f"${abs(900 * v):,.2f}" for v in X]},
    ),
    "percent, quarters, magnitudes": (
        ",",
        {"rate": [f"{50 + 9 * v:.1f}%" for v in X], "n": [f"{abs(v) * 9e6:.0f}" for v in X],
         "q": [f"{d.year}Q{(d.month + 2) // 3}" for d in DAYS],
         "size": [f"{abs(v) * 90:.1f}K" for v in X],
         "weight": [f"{60 + 9 * v:.1f} kg" for v in X]},
    ),
    "missing words, times with a zone": (
        ",",
        {"x": ["n/a" if i % 7 == 0 else f"{v:.3f}" for i, v in enumerate(X)],
         "k": ["-" if i % 5 == 0 else f"{i % 9}" for i in range(ROWS)],
         "day": ["0000-00-00" if i % 11 == 0 else f"{d}" for i, d in enumerate(DAYS)],
         "at": [f"{h:%Y-%m-%dT%H:%M:%S}+02:00" for h in HOURS],
         "clock": [f"{h:%I:%M %p}" for h in HOURS]},
    ),
    "years of two digits": (
        ",",
        {"birth": [f"{1 + i % 28:02}.{d:%m}.{40 + i % 60}" for i, d in enumerate(DAYS)],
         "x": [f"{v:.3e}" for v in X]},
    ),
    "other characters": (
        ",",
        {"x": [f"{v:.2f}".replace("-", "\u2212") for v in X],
         "town": [["Orle\u0301ans", "Nîmes"][i % 2] for i in map(int, RNG.permutation(ROWS))],
         "code": [f'"=""{i % 4:03}"""' for i in range(ROWS)]},
    ),
    "odd names, long integers": (
        ",",
        {" Unit  Price ": [f"{v:.2f}" for v in X], "": [str(i % 6) for i in range(ROWS)],
         "Key": [str(2**53 + 1 + i % 3) if i % 4 else "" for i in range(ROWS)],
         "Größe": [f"{abs(v) * 100:.0f}" for v in X]},
    ),
    "gaps between thousands": (
        ";",
        {"people": [f"{int(abs(v) * 1e6):,}".replace(",", " ") for v in X],
         "swiss": [f"{abs(v) * 1e5:,.2f}".replace(",", "\u2019") for v in X], "town": TOWN,
         "x": [f"{v:.3f}" for v in X]},
    ),
}  # fmt: skip


def target(rows=ROWS):
    return [
        ["bad", "good"][v + 0.3 * float(w) > 0]
        for v, w in zip(X, RNG.normal(size=rows), strict=True)
    ]


def table(name):
    """Return a table as the text of a file, and its delimiter."""
    delimiter, columns = TABLES[name]
    columns = {**columns, "y": target()}
    lines = [delimiter.join(columns), *map(delimiter.join, zip(*columns.values(), strict=True))]
    return "\n".join(lines) + "\n", delimiter
