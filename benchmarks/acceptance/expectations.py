"""QUA-02: a suite holds on its own data, finds the labels with a dot, and mutated rows."""

import random
from collections.abc import Iterator

from acceptance.common import Bench, Check, Read
from pipeweave_dagster.adapters.great_expectations.engine import evaluate, run
from pipeweave_dagster.adapters.great_expectations.frames import misfits, read
from pipeweave_dagster.core.expectations import propose

MUTATED = 200


def held(bench: Bench) -> Iterator[Check]:
    """The suite of adult-train on itself and on rows with a dot behind the label."""
    lines = bench.adult()
    train = bench.read([bench.write("t.csv", "\n".join(lines[:21000]) + "\n")], target="column_15")
    test = bench.read([bench.write("s.csv", "".join(f"{x}.\n" for x in lines[21000:]))])
    suite = propose(train.snapshot, train.schema, train.data, "adult")
    own, _ = run(suite, train.snapshot, train.schema, train.data)
    other, _ = run(suite, test.snapshot, test.schema, test.data)
    told = sorted({f"{f.group} {f.column}" for f in other.values()})
    yield Check(
        "QUA-02", f"{len(suite['expectations'])} rules: none fails on train", str(len(own)), not own
    )
    yield Check(
        "QUA-02", "with dots only the label rule fails", str(told), told == ["labels column_15"]
    )


def mutated(rng: random.Random, value: str) -> str:
    """One mistake of the kinds that people and programs make."""
    try:
        number = int(value)
    except ValueError:
        place = rng.randrange(len(value))
        turned = value.swapcase()
        return rng.choice(
            [
                "",
                value[:place] + value[place + 1 :] if len(value) > 1 else f"{value}x",
                turned if turned != value else f"{value}.",
                rng.choice(["abc", "#REF!", "unknown x"]),
            ]
        )
    scaled = str(number * rng.choice([100, 1000])) if number else "1000000000"
    return rng.choice(["", "abc", "#REF!", scaled, f"-{value}" if number else "-1", f"{value}.5"])


def found_lines(suite: dict[str, object], changed: Read) -> set[int]:
    """Lines (from 0) that a rule or the reader told of."""
    s = changed.snapshot
    quarantined = {line - 1 for line in changed.quarantined()}
    kept = [i for i in range(s.rows_read) if i not in quarantined]
    places: set[int] = set()
    types = {c.name: c.type for c in s.columns}
    for place, result in evaluate(suite, set(), s, changed.data, "COMPLETE"):
        rule = suite["expectations"][place]
        if result["success"] or result["raised"]:
            continue
        if "type_list" in rule["kwargs"]:
            name = rule["kwargs"]["column"]
            values = read(name, s, changed.data)
            places |= set(misfits(values, types[name], rule["kwargs"]["type_list"]))
        places |= set(result.get("unexpected_index_list") or [])
    return quarantined | {kept[i] for i in places}


def mutations(bench: Bench) -> Iterator[Check]:
    """200 rows of adult-train, one cell of each changed; five seeds."""
    original = bench.read(
        [bench.write("o.csv", "\n".join(bench.adult()) + "\n")], target="column_15"
    )
    suite = propose(original.snapshot, original.schema, original.data, "adult")
    shares = []
    for seed in range(5):
        rng = random.Random(seed)
        lines = bench.adult()
        chosen = set(rng.sample(range(len(lines)), MUTATED))
        for number in sorted(chosen):
            cells = lines[number].split(", ")
            column = rng.randrange(len(cells))
            cells[column] = mutated(rng, cells[column])
            lines[number] = ", ".join(cells)
        changed = bench.read([bench.write("m.csv", "\n".join(lines) + "\n")])
        told = found_lines(suite, changed)
        shares.append(len(told & chosen) / MUTATED)
        false = len(told - chosen)
    yield Check(
        "QUA-02",
        f"{MUTATED} mutated rows, 5 seeds: at least 95 % caught",
        f"{min(shares):.3f} to {max(shares):.3f}, others told {false}",
        min(shares) >= 0.95,
    )


CHECKS = (held, mutations)
