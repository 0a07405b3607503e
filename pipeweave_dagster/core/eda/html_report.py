"""Render a summary as HTML; needs the summary's keys and nothing of the data."""

from functools import cache
from typing import Any

from pipeweave_dagster.core.eda.view_rows import (
    count,
    finding_groups,
    percent,
    percents,
    relation_rows,
)
from pipeweave_dagster.core.number_format import number, shown, step
from pipeweave_dagster.core.safe_text import plain
from pipeweave_dagster.core.schema.meaning.kind_words import kind_label
from pipeweave_dagster.core.templating import html_environment

OPEN_DETAILS = 8


def render_html(summary: dict[str, Any]) -> str:
    """See `pipeweave_dagster.core.eda.render`."""
    template = _environment().get_template("report.html.j2")
    return str(template.render(s=summary, open_details=OPEN_DETAILS))


@cache
def _environment() -> Any:
    from pipeweave_dagster.core.eda import report_charts

    environment = html_environment("pipeweave_dagster.core.eda")
    environment.filters |= {"plain": plain, "number": number, "percent": percent, "count": count}
    environment.filters |= {"step": step, "kind_label": kind_label}
    environment.globals |= {
        "finding_groups": finding_groups,
        "percents": percents,
        "relation_rows": relation_rows,
        "shown": shown,
        "histogram": report_charts.histogram,
        "predictors_chart": report_charts.predictors_chart,
        "association_map": report_charts.association_map,
        "missing_map": report_charts.missing_map,
        "time_chart": report_charts.time_chart,
        "cycle_chart": report_charts.cycle_chart,
    }
    return environment
