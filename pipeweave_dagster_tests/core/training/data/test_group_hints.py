"""Columns of small groups are proposed: shared tickets, but not names, towns or codes."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.training.data.group_hints import group_notes


def table():
    """As many shared tickets as among Titanic's 891 passengers: 344 rows in 134 groups."""
    rng = np.random.default_rng(0)
    sizes = np.r_[np.full(88, 2), np.full(20, 3), np.full(21, 4), np.full(4, 5), 4]
    tickets = np.repeat([f"T{i}" for i in range(134)], sizes)
    alone = [f"S{i}" for i in range(891 - len(tickets))]
    fate = np.repeat(rng.integers(0, 2, 134), sizes)
    fate = np.where(rng.random(len(fate)) < 0.9, fate, 1 - fate)
    y = np.r_[fate, rng.integers(0, 2, len(alone))].astype(float)
    frame = pd.DataFrame({"ticket": [*tickets, *alone], "fare": rng.normal(size=891)})
    frame["town"] = rng.choice(["a", "b", "c"], 891)
    frame["name"] = [f"n{i}" for i in range(891)]
    frame["code"] = rng.choice([f"c{i}" for i in range(400)], 891)
    return frame, y, len(tickets)


def test_shared_tickets_are_proposed_and_nothing_else():
    frame, y, rows = table()
    notes = group_notes(frame, y, 2)
    assert len(notes) == 1
    assert f"`ticket` repeats in {rows} rows of 134 small groups" in notes[0]
    assert "split: {group: ticket}" in notes[0]


def test_values_are_compared_too_and_chance_proposes_nothing():
    frame, y, _ = table()
    rng = np.random.default_rng(1)
    assert "`ticket`" in group_notes(frame, y + rng.normal(0, 0.3, 891), 0)[0]
    assert group_notes(frame, rng.permutation(y), 2) == []
