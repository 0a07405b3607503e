"""The table: scores per set, mean ranks, wins, and paired bootstrap intervals over sets."""

import numpy as np
import pandas as pd

from automl_parts.runner import Run

_TIE = 1e-3
_DRAWS = 10_000


def tabulate(runs: list[Run], systems: list[str]) -> str:
    """Markdown of all results.

    The score of a split is (m - constant) / (best seen - constant), with the best of all systems
    in the results; a set's score is the mean over its splits. Only sets that every system has run
    are compared.

    Args:
        runs: Results of one budget.
        systems: The first is compared with each of the others.
    """
    table = pd.DataFrame(runs)
    table = table[table["system"].isin(systems)]
    best = table.groupby("split")["metric"].transform("max")
    room = (best - table["constant"]).clip(lower=1e-12)
    table["score"] = (table["metric"] - table["constant"]) / room
    # Every system must have the split, else a harder split would count against one of them.
    whole = table.groupby("split")["system"].transform("nunique") == len(systems)
    table = table[whole].assign(set=table["split"].str.rsplit("-", n=1).str[0])
    if table.empty:
        return "No split was run by all systems yet."
    scores = table.groupby(["set", "system"])["score"].mean().unstack()[systems]
    splits = table["split"].nunique()
    lines = [f"{len(scores)} sets, {splits} splits", "", *_scores(scores), ""]
    return "\n".join([*lines, *_comparison(table, scores, systems)])


def _scores(scores: pd.DataFrame) -> list[str]:
    systems = list(scores.columns)
    lines = ["| set | " + " | ".join(systems) + " |", "| --- |" + " --- |" * len(systems)]
    for name, row in scores.iterrows():
        lines.append(f"| {name} | " + " | ".join(f"{row[s]:.4f}" for s in systems) + " |")
    return lines


def _comparison(table: pd.DataFrame, scores: pd.DataFrame, systems: list[str]) -> list[str]:
    ranks = scores.rank(axis=1, ascending=False).mean()
    states = table.groupby("system")["state"].apply(lambda s: int((s != "ok").sum()))
    longest = table.groupby("system")["seconds"].max()
    rng = np.random.default_rng(0)
    lines = [
        (
            f"| system | mean score | mean rank | {systems[0]} wins/ties/losses "
            "| difference [95 %] | longest | killed or failed |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for system in systems:
        difference = (scores[systems[0]] - scores[system]).to_numpy()
        picked = rng.integers(0, len(difference), (_DRAWS, len(difference)))
        low, high = np.quantile(difference[picked].mean(axis=1), [0.025, 0.975])
        wins, losses = int((difference > _TIE).sum()), int((difference < -_TIE).sum())
        versus = f"{wins}/{len(difference) - wins - losses}/{losses}"
        lines.append(
            f"| {system} | {scores[system].mean():.4f} | {ranks[system]:.2f} | {versus} "
            f"| {difference.mean():+.4f} [{low:+.4f}, {high:+.4f}] | {longest[system]:.0f} s "
            f"| {states[system]} |"
        )
    return lines
