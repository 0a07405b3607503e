"""The one picture that stands for a report in Dagster's pages."""

from typing import Any

from pipeweave_dagster.core.charts.bars import bar_chart

MAX_BYTES = 30_000
ROWS = 10


def main_plot(summary: dict[str, Any]) -> str:
    """What tells the target; without a target, what is missing; else how the types divide.

    Args:
        summary: The summary of the report.

    Returns:
        A stand-alone SVG of at most 30 kB.
    """
    best = telling(summary)
    if best:
        return bar_chart(best, "What each column alone tells of the target, from 0 to 1", full=1.0)
    gaps = [(c["name"], round(c["share"], 3)) for c in summary["missingness"]["columns"][:ROWS]]
    if gaps:
        return bar_chart(gaps, "Share of missing rows", full=1.0)
    kinds = summary["overview"]["types"]
    return bar_chart([(k, float(n)) for k, n in kinds.items()], "Columns by type")


def telling(summary: dict[str, Any]) -> list[tuple[str, float]]:
    """Names and skills (2 x ROC AUC - 1, or R²) of the best columns, the best first."""
    tells = [d for d in summary["details"] if d.get("power")][:ROWS]
    return [(d["name"], round(d["power"]["skill"], 3)) for d in tells if d["power"]["skill"] > 0]
