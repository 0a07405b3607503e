"""Generated tables whose target depends on a row's place in its group, and some where it does not.

Each has a column that names the group (or not), numbers, and noise. The rows are divided at
random, except where groups are new at prediction time.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd


class Made(NamedTuple):
    """A table; the column `target` is to be predicted.

    Attributes:
        name: Of the table.
        task: As in the settings.
        rows: The table.
        group: Groups that are wholly in training or test rows, or None.
    """

    name: str
    task: str
    rows: pd.DataFrame
    group: np.ndarray | None = None


def _base(rng: np.random.Generator, rows: int, size: float, noise: int = 4) -> pd.DataFrame:
    """Groups of about `size` rows, each with a level, and two numbers that vary around it."""
    groups = max(2, int(rows / size))
    key = np.sort(rng.integers(0, groups, rows))
    level = rng.normal(100, 40, groups)[key]
    frame = pd.DataFrame({"price": level + rng.normal(0, 8, rows)})
    frame["speed"] = rng.gamma(3, 20, groups)[key] * rng.lognormal(0, 0.3, rows)
    for place in range(noise):
        frame[f"extra_{place}"] = rng.normal(size=rows)
    frame["kind"] = rng.choice(["red", "green", "blue"], rows)
    return frame.assign(key=key)


def _labels(rng: np.random.Generator, truth: np.ndarray, wrong: float) -> np.ndarray:
    flip = rng.random(len(truth)) < wrong
    return np.where(truth ^ flip, "yes", "no")


def _rank(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.groupby("key")[column].rank(pct=True)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Groups named by a text, in an order that tells nothing."""
    names = np.random.default_rng(1).permutation(int(frame["key"].max()) + 1)
    return frame.assign(group=[f"G{names[k]:05d}" for k in frame["key"]]).drop(columns="key")


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Groups that a whole number names."""
    names = np.random.default_rng(1).permutation(int(frame["key"].max()) + 1)
    return frame.assign(race=1000 + names[frame["key"]]).drop(columns="key")


def rank_of_named(rng: np.random.Generator) -> Made:
    """The cheapest third of each group of 8, named by a text."""
    frame = _base(rng, 2000, 8)
    frame["target"] = _labels(rng, (_rank(frame, "price") < 0.34).to_numpy(), 0.05)
    return Made("rank_8_text", "binary", _named(frame))


def rank_of_pairs(rng: np.random.Generator) -> Made:
    """The larger of two, groups numbered."""
    frame = _base(rng, 2000, 2)
    frame["target"] = _labels(rng, (_rank(frame, "price") > 0.75).to_numpy(), 0.05)
    return Made("rank_2_number", "binary", _numbered(frame))


def share_of_sum(rng: np.random.Generator) -> Made:
    """A share of the group's sum above that of an equal part, groups of 20 numbered."""
    frame = _base(rng, 3000, 20)
    sums = frame.groupby("key")["speed"].transform("sum")
    sizes = frame.groupby("key")["speed"].transform("size")
    frame["target"] = _labels(rng, (frame["speed"] / sums * sizes > 1.1).to_numpy(), 0.05)
    return Made("share_20_number", "binary", _numbered(frame))


def difference_of_fifty(rng: np.random.Generator) -> Made:
    """A value that is the difference from the group's mean, groups of 50 named by a text."""
    frame = _base(rng, 3000, 50)
    middle = frame.groupby("key")["price"].transform("mean")
    frame["target"] = frame["price"] - middle + rng.normal(0, 2, len(frame))
    return Made("difference_50_text", "regression", _named(frame))


def constant_in_group(rng: np.random.Generator) -> Made:
    """No column names the group, but an income and a size of the household are equal in it."""
    frame = _base(rng, 1500, 4)
    groups = int(frame["key"].max()) + 1
    frame["income"] = rng.integers(10, 70, groups)[frame["key"]]
    frame["members"] = rng.integers(1, 7, groups)[frame["key"]]
    frame["target"] = _labels(rng, (_rank(frame, "price") < 0.3).to_numpy(), 0.05)
    return Made("constant_in_group_4", "binary", frame.drop(columns="key"))


def one_of_each(rng: np.random.Generator) -> Made:
    """Exactly one row of each group of 5 is chosen, by a mixture of price and speed."""
    frame = _base(rng, 2000, 5)
    worth = frame["speed"] / 40 - frame["price"] / 8 + rng.gumbel(size=len(frame))
    best = worth.groupby(frame["key"]).transform("max")
    frame["target"] = np.where(worth == best, "yes", "no")
    return Made("choice_of_5_number", "binary", _numbered(frame))


def many_groups(rng: np.random.Generator) -> Made:
    """Three classes by rank in 1,200 groups of 3, named by a text."""
    frame = _base(rng, 3600, 3)
    rank = _rank(frame, "price").to_numpy()
    frame["target"] = np.array(["low", "middle", "high"])[np.digitize(rank, [0.4, 0.8])]
    return Made("three_classes_3_text", "multiclass", _named(frame))


def unseen_groups(rng: np.random.Generator) -> Made:
    """As the first, but all groups are new at prediction time: nothing can be compared."""
    made = rank_of_named(rng)
    return Made("unseen_groups_8", "binary", made.rows, made.rows["group"].to_numpy())


def noise_groups(rng: np.random.Generator) -> Made:
    """Groups that tell nothing, beside numbers that do."""
    frame = _base(rng, 2000, 10)
    margin = frame["extra_0"] + frame["extra_1"] * frame["extra_2"] + 0.02 * (frame["price"] - 100)
    frame["target"] = _labels(rng, (margin + rng.normal(0, 0.7, len(frame)) > 0).to_numpy(), 0.0)
    return Made("noise_groups_10", "binary", _named(frame))


def noise_values(rng: np.random.Generator) -> Made:
    """A value of numbers alone, beside whole numbers that repeat."""
    frame = _base(rng, 2000, 6)
    frame["target"] = frame["extra_0"] * 3 + frame["extra_1"] ** 2 + 0.05 * frame["price"]
    frame["target"] += rng.normal(0, 1, len(frame))
    return Made("noise_groups_values_6", "regression", _numbered(frame))


MAKERS: tuple[Callable[[np.random.Generator], Made], ...] = (
    rank_of_named, rank_of_pairs, share_of_sum, difference_of_fifty, constant_in_group, one_of_each,
    many_groups, unseen_groups, noise_groups, noise_values,
)  # fmt: skip


def generated(seed: int) -> Iterator[Made]:
    """All tables of a seed."""
    for number, make in enumerate(MAKERS):
        yield make(np.random.default_rng([seed, number]))
