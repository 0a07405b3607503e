"""The charts of a report, as markup for its template (the SVG writer escapes every string)."""

from typing import Any

from markupsafe import Markup

from pipeweave_dagster.core.charts.bars import bar_chart, column_chart, histogram_chart
from pipeweave_dagster.core.charts.heat_map import heat_map
from pipeweave_dagster.core.eda.headline_plot import strongest_predictors
from pipeweave_dagster.core.number_format import shown


def histogram(detail: dict[str, Any]) -> Markup:
    """Draw the distribution of an ordered column."""
    bins, storage = detail["histogram"], detail["storage"]
    low, high = (shown(bins["edges"][end], storage, exact=False) for end in (0, -1))
    title = f"Distribution of {detail['name']}, from {low} to {high}"
    return _markup(
        histogram_chart(bins["edges"], bins["counts"], title, labels=(low, high), standalone=False)
    )


def predictors_chart(summary: dict[str, Any]) -> str:
    """Draw the predictive power of each column alone; empty where none has any."""
    rows = strongest_predictors(summary)
    if not rows:
        return ""
    return _markup(bar_chart(rows, "Predictive power of each column", full=1.0, standalone=False))


def time_chart(section: dict[str, Any]) -> Markup:
    """Draw the number of rows over time as a histogram."""
    bins = section["rows"]
    ends = (section["first"][:10], section["last"][:10])
    title = f"Rows from {ends[0]} to {ends[1]}"
    return _markup(
        histogram_chart(
            bins["edges"], bins["counts"], title, labels=ends, size=(900, 110), standalone=False
        )
    )


def cycle_chart(cycle: dict[str, Any], key: str) -> Markup:
    """Draw rows (`rows`) or the target (`target`) per hour, weekday or month."""
    title = f"{'Rows' if key == 'rows' else 'Target'} by {cycle['name']}"
    return _markup(column_chart(cycle["labels"], cycle[key], title, standalone=False))


def association_map(section: dict[str, Any]) -> Markup:
    """Draw the association matrix as a heat map."""
    names, matrix = section["columns"], section["matrix"]
    return _markup(heat_map(names, names, matrix, "Associations between columns", standalone=False))


def missing_map(section: dict[str, Any]) -> Markup:
    """Draw the shares of missing values over time as a heat map."""
    names = [column["name"] for column in section["columns"]]
    shares = [column["shares"] for column in section["columns"]]
    spans = [""] * (len(section["edges"]) - 1)
    return _markup(
        heat_map(names, spans, shares, "Share of missing values over time", standalone=False)
    )


def _markup(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - the SVG writer escapes every string
