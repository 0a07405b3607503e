"""Draws a summary as HTML. Knows the summary's keys and nothing of the data."""

from functools import cache
from typing import Any

from pipeweave_dagster.core.charts.bars import bar_chart, column_chart, histogram_chart
from pipeweave_dagster.core.charts.heat_map import heat_map
from pipeweave_dagster.core.eda.headline_plot import telling
from pipeweave_dagster.core.number_format import number, shown, step
from pipeweave_dagster.core.safe_text import plain
from pipeweave_dagster.core.templating import html_environment

OPEN_DETAILS = 8
FIRST_FINDINGS = 4


def render_html(summary: dict[str, Any]) -> str:
    """See `pipeweave_dagster.core.eda.render`."""
    template = _environment().get_template("report.html.j2")
    return str(template.render(s=summary, open_details=OPEN_DETAILS))


@cache
def _environment() -> Any:
    environment = html_environment("pipeweave_dagster.core.eda")
    environment.filters |= {"plain": plain, "number": number, "percent": percent, "count": count}
    environment.filters["step"] = step
    environment.globals |= {
        "finding_groups": finding_groups,
        "histogram": histogram,
        "tells_chart": tells_chart,
        "relation_rows": relation_rows,
        "association_map": association_map,
        "missing_map": missing_map,
        "time_chart": time_chart,
        "cycle_chart": cycle_chart,
        "shown": shown,
    }
    return environment


def percent(share: float | None) -> str:
    """A share as per cent; never rounds something to nothing or nearly all to all."""
    if share is None:
        return "n/a"
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def count(value: int) -> str:
    """A whole number with its thousands separated."""
    return f"{value:,}"


def finding_groups(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings of one code and state together, the first few of each apart from the rest."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for finding in findings:
        groups.setdefault((finding["state"], finding["code"]), []).append(finding)
    return [
        {
            "state": state,
            "code": code,
            "title": members[0]["title"],
            "proposal": members[0]["proposal"],
            "first": members[:FIRST_FINDINGS],
            "rest": members[FIRST_FINDINGS:100],
        }
        for (state, code), members in groups.items()
    ]


def histogram(detail: dict[str, Any]) -> str:
    """The distribution of an ordered column."""
    from markupsafe import Markup

    drawn, storage = detail["histogram"], detail["storage"]
    ends = tuple(shown(drawn["edges"][end], storage, exact=False) for end in (0, -1))
    title = f"Distribution of {detail['name']}, from {ends[0]} to {ends[1]}"
    chart = histogram_chart(drawn["edges"], drawn["counts"], title, labels=ends, standalone=False)
    return Markup(chart)  # noqa: S704 - the SVG writer escapes every string


def tells_chart(summary: dict[str, Any]) -> str:
    """What each column alone tells of the target; empty where nothing does."""
    from markupsafe import Markup

    rows = telling(summary)
    if not rows:
        return ""
    return Markup(bar_chart(rows, "What tells the target", full=1.0, standalone=False))  # noqa: S704 - escaped


def relation_rows(detail: dict[str, Any], target: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the target's relation with their places on a common axis, in per cent."""
    rows: list[dict[str, Any]] = detail["relation"]
    key = "rate" if target["task"] == "binary" else "mean"
    if not rows or key not in rows[0]:
        return rows
    low = 0.0 if key == "rate" else min(row["low"] for row in rows)
    high = max(row["high"] for row in rows)
    width = (high - low) or 1.0
    return [
        {
            **row,
            "at": round(100 * (row[key] - low) / width, 1),
            "from": round(100 * (row["low"] - low) / width, 1),
            "wide": round(100 * (row["high"] - row["low"]) / width, 1),
            "text": percent(row["rate"]) if key == "rate" else number(row["mean"]),
            "interval": _interval(row, key),
        }
        for row in rows
    ]


def _interval(row: dict[str, Any], key: str) -> str:
    show = percent if key == "rate" else number
    return f"{show(row['low'])} to {show(row['high'])}"


def time_chart(section: dict[str, Any]) -> str:
    """Rows over time as touching bars."""
    from markupsafe import Markup

    rows = section["rows"]
    ends = (section["first"][:10], section["last"][:10])
    chart = histogram_chart(
        rows["edges"],
        rows["counts"],
        f"Rows from {ends[0]} to {ends[1]}",
        labels=ends,
        size=(900, 110),
        standalone=False,
    )
    return Markup(chart)  # noqa: S704 - the SVG writer escapes every string


def cycle_chart(cycle: dict[str, Any], key: str) -> str:
    """Rows, or the target, in each part of a cycle."""
    from markupsafe import Markup

    title = f"{'Rows' if key == 'rows' else 'Target'} by {cycle['name']}"
    return Markup(column_chart(cycle["labels"], cycle[key], title, standalone=False))  # noqa: S704 - escaped


def association_map(found: dict[str, Any]) -> str:
    """The association matrix as a picture."""
    from markupsafe import Markup

    names = found["columns"]
    chart = heat_map(names, names, found["matrix"], "Associations of the columns", standalone=False)
    return Markup(chart)  # noqa: S704 - the SVG writer escapes every string


def missing_map(found: dict[str, Any]) -> str:
    """Shares missing over time as a picture."""
    from markupsafe import Markup

    rows = [column["name"] for column in found["columns"]]
    spans = [""] * (len(found["edges"]) - 1)
    shares = [column["shares"] for column in found["columns"]]
    chart = heat_map(rows, spans, shares, "Share of missing rows over time", standalone=False)
    return Markup(chart)  # noqa: S704 - the SVG writer escapes every string
