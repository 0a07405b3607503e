"""The figures of a report that a narrative may cite: each with its columns and its text."""

from collections import Counter
from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.privacy import may_be_shared, shared_name

_MOST_COLUMNS = 20
_MOST_PAIRS = 8
_STRONG = 0.3


class Fact(NamedTuple):
    """One figure.

    Attributes:
        columns: Names of its columns, as they are shared; empty for the whole table.
        what: What the figure is, in words (part of requests, so recorded replies depend on it).
        cues: A sentence that states the figure must contain one of these words.
        value: The figure in the unit that is shown (per cent for shares).
        shown: The figure as text.
        share: Whether the unit is per cent.
    """

    id: str
    columns: tuple[str, ...]
    what: str
    cues: tuple[str, ...]
    value: float
    shown: str
    share: bool

    def entry(self) -> dict[str, Any]:
        """Return its entry in a request."""
        named = {0: {}, 1: {"column": "".join(self.columns)}}
        about = named.get(len(self.columns), {"columns": list(self.columns)})
        return {"id": self.id, **about, "what": self.what, "shown": self.shown}


_CUES = {
    "rows": ("row", "rows", "records"),
    "columns": ("column", "columns"),
    "missing": ("missing",),
    "duplicates": ("duplicate", "duplicates", "duplicated"),
    "quarantined": ("set aside",),
    "classes": ("classes",),
    "rarest": ("rarest",),
    "distinct": ("distinct",),
    "mean": ("mean", "average"),
    "deviation": ("standard deviation",),
    "auc": ("roc auc",),
    "r2": ("r-squared",),
    "association": ("association", "associated"),
}


def report_facts(summary: dict[str, Any]) -> list[Fact]:
    """Return the facts of a summary, in a fixed order.

    Columns with personal data, identifiers, labels and extremes are left out.

    Args:
        summary: The summary of `core.eda.build_report`.
    """
    names = Counter(shared_name(d["name"]) for d in summary["details"])
    details = [
        d
        for d in summary["details"]
        if d["role"] in ("feature", "target")
        and may_be_shared(d["name"], d["pii"], d["type"])
        and names[shared_name(d["name"])] == 1  # equal names could be confused
    ]
    shared = {d["name"] for d in details}
    raw = [*_of_table(summary), *_of_target(summary, shared)]
    for detail in details[:_MOST_COLUMNS]:
        raw += _of_column(detail, summary["rows"])
    raw += _of_pairs(summary["associations"], shared)
    return [fact._replace(id=f"f{number}") for number, fact in enumerate(raw, 1)]


def _count(kind: str, what: str, value: float, columns: tuple[str, ...] = ()) -> Fact:
    return Fact("", columns, what, _CUES[kind], value, f"{value:,.0f}", share=False)


def _share(kind: str, what: str, part: float, columns: tuple[str, ...] = ()) -> Fact:
    shown = f"{100 * part:.1f} %" if part >= 0.1 else f"{100 * part:.2g} %"
    if part < 1 and shown == "100.0 %":
        shown = f"{100 * part:.6g} %"
    return Fact("", columns, what, _CUES[kind], 100 * part, shown, share=True)


def _figure(kind: str, what: str, value: float, columns: tuple[str, ...]) -> Fact:
    large = 1000 <= abs(value) < 1e15
    shown = f"{value:,.0f}" if large else f"{value:.3g}"
    if len(shown.lstrip("-")) == 1 and float(shown) != value:
        shown = f"{value:.6g}"  # one digit alone is the rounding of many values
    if "e" in shown:
        shown = f"{value:.2e}"
    return Fact("", columns, what, _CUES[kind], value, shown, share=False)


def _of_table(summary: dict[str, Any]) -> list[Fact]:
    overview = summary["overview"]
    facts = [
        _count("rows", "rows of the table", summary["rows"]),
        _count("columns", "columns of the table", summary["columns"]),
        _share("missing", "share of missing cells in the table", overview["missing_share"] or 0.0),
        _count("duplicates", "duplicate rows in the table", overview["duplicate_rows"]),
    ]
    if overview["rows_quarantined"]:
        facts.append(
            _count("quarantined", "rows that were set aside", overview["rows_quarantined"])
        )
    return facts


def _of_target(summary: dict[str, Any], shared: set[str]) -> list[Fact]:
    target = summary["target"]
    if not target or target["name"] not in shared or not target["classes"]:
        return []
    if target["classes_left_out"]:
        return []
    name = (shared_name(target["name"]),)
    rows = [c["rows"] for c in target["classes"]]
    return [
        _count("classes", "classes of the target", len(rows), name),
        _share("rarest", "share of the rarest class of the target", min(rows) / sum(rows), name),
    ]


def _of_column(detail: dict[str, Any], rows: int) -> list[Fact]:
    name = (shared_name(detail["name"]),)
    facts = [_count("distinct", "distinct values", detail["distinct"], name)]
    if detail["missing"]:
        facts.append(_share("missing", "share of missing values", detail["missing"] / rows, name))
    figures = detail.get("figures") or {}
    if detail.get("kind") == "number":
        for key, what in (("mean", "mean"), ("std", "standard deviation")):
            if figures.get(key) is not None:
                kind = "mean" if key == "mean" else "deviation"
                facts.append(_figure(kind, what, figures[key], name))
    power = detail.get("power")
    if power and power["value"] is not None:
        auc = power["metric"] == "auc"
        what = "ROC AUC of the column alone" if auc else "R-squared of the column alone"
        facts.append(_figure("auc" if auc else "r2", what, power["value"], name))
    return facts


def _of_pairs(found: dict[str, Any], shared: set[str]) -> list[Fact]:
    names = found["columns"]
    pairs = [
        (found["matrix"][i][j], names[i], names[j])
        for i in range(len(names))
        for j in range(i)
        if found["matrix"][i][j] is not None and {names[i], names[j]} <= shared
    ]
    strong = sorted((p for p in pairs if p[0] >= _STRONG), key=lambda p: (-p[0], p[1], p[2]))
    return [
        _figure("association", "association", value, (shared_name(a), shared_name(b)))
        for value, a, b in strong[:_MOST_PAIRS]
    ]
