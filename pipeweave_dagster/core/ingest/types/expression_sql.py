"""The SQL of the expressions by which texts become values.

`core.model.value_expressions` evaluates the same expressions without DuckDB; property tests hold
the two together, parser by parser.
"""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.normal_text_sql import NORMAL_TEXT

Expression = tuple[Any, ...]
"""An operator of `core.model.value_expressions` and its arguments: expressions, texts, numbers."""
V: Expression = ("v",)
"""The text itself."""


def sql_of(expression: Expression) -> str:
    """Return the SQL of an expression over `{v}`, the text.

    Example:
        >>> sql_of(("double", ("replace", V, ",", "")))
        "TRY_CAST(replace({v}, ',', '') AS DOUBLE)"
    """
    operator, *arguments = expression
    return _SQL[operator](*(sql_of(a) if isinstance(a, tuple) else a for a in arguments))


def _case(condition: str, then: str, otherwise: str | None) -> str:
    return f"CASE WHEN {condition} THEN {then}{f' ELSE {otherwise}' if otherwise else ''} END"


def _lookup(value: str, table: str) -> str:
    pairs = (pair.split(":", 1) for pair in table.split())
    return f"map {{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in pairs)}}}[{value}]"


def _is_exact(value: str) -> str:
    shortest = f"CAST(TRY_CAST({value} AS DOUBLE) AS VARCHAR)"
    return f"TRY_CAST({value} AS DECIMAL(38, 4)) = TRY_CAST({shortest} AS DECIMAL(38, 4))"


def _moment(value: str, format_: str) -> str:
    moment = f"try_strptime({value}, {literal(format_)})"
    return f"timezone('UTC', {moment})" if "%z" in format_ else moment


def _iso_day(value: str) -> str:
    # Few years have a week 53; in the others strptime returns a day of the next year.
    monday = f"try_strptime({value}, '%G-W%V-%u')"
    valid = f"isoyear({monday}) = TRY_CAST(left({value}, 4) AS INTEGER)"
    return f"CASE WHEN {valid} THEN CAST({monday} AS DATE) END"


def _in_window(value: str, first: int) -> str:
    return (
        f"CASE WHEN year({value}) < {first} THEN {value} + INTERVAL 100 YEAR"
        f" WHEN year({value}) > {first + 99} THEN {value} - INTERVAL 100 YEAR ELSE {value} END"
    )


def _regexp(name: str, flag: str = "") -> Callable[..., str]:
    def render(value: str, *texts: str | int) -> str:
        quoted = [literal(t) if isinstance(t, str) else str(t) for t in texts]
        return f"{name}({', '.join([value, *quoted])}{flag})"

    return render


_SQL: dict[str, Callable[..., str]] = {
    "v": lambda: "{v}",
    "text": literal,
    "case": _case,
    "coalesce": lambda *parts: f"coalesce({', '.join(parts)})",
    "any": lambda *parts: f"({' OR '.join(parts)})",
    "lower": "lower({})".format,
    "upper": "upper({})".format,
    "replace": _regexp("replace"),
    "substitute": _regexp("regexp_replace"),
    "substitute_all": _regexp("regexp_replace", ", 'g'"),
    "find": _regexp("regexp_extract"),
    "zero_padded": "lpad({}, {}, '0')".format,
    "concat": lambda *parts: f"concat({', '.join(parts)})",
    "translate": _regexp("translate"),
    "strip": _regexp("trim"),
    "not_empty": "nullif({}, '')".format,
    "normal_text": lambda value: NORMAL_TEXT.replace("{v}", value),
    "is_ascii": "strlen({0}) = length({0})".format,
    "has": _regexp("contains"),
    "equals": lambda value, other: f"{value} = {literal(other)}",
    "search": _regexp("regexp_matches"),
    "matches": _regexp("regexp_full_match"),
    "lookup": _lookup,
    "double": "TRY_CAST({} AS DOUBLE)".format,
    "integer": "TRY_CAST({} AS BIGINT)".format,
    "number": lambda _, number: repr(number),
    "times": "({} * {})".format,
    "linear": "({1} * {0} + {2})".format,
    "round": "round({}, {})".format,
    "is_exact": _is_exact,
    "moment": _moment,
    "next_day": "({} + INTERVAL 1 DAY)".format,
    "epoch": "make_timestamp(CAST(round({} * {}) AS BIGINT))".format,
    "date": "CAST({} AS DATE)".format,
    "datetime": "CAST({} AS TIMESTAMP)".format,
    "time": "CAST({} AS TIME)".format,
    "make_date": "make_date({}, {}, {})".format,
    "iso_day": _iso_day,
    "in_window": _in_window,
}
