"""Numbers and rows of the report's tables, as its template shows them."""

from itertools import pairwise
from typing import Any

from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.quality.found_titles import heading_of

FIRST_FINDINGS = 4
_MOST_FINDINGS = 100


def percent(share: float | None) -> str:
    """Return a share in per cent; never rounds to 0 or 100 what is neither."""
    if share is None:
        return "n/a"
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def percents(parts: list[int], total: int) -> list[str]:
    """Return the shares of parts of a whole in per cent, which add up to 100.0 with the rest.

    The tenths that are left after rounding down go to the parts that lost most by it.

    Example:
        >>> percents([4389, 1611], 6000), percents([1, 1], 3)
        (['73.2 %', '26.8 %'], ['33.4 %', '33.3 %'])
    """
    rest = max(0, total - sum(parts))
    tenths = [1000 * part // total if total else 0 for part in (*parts, rest)]
    lost = [1000 * part % total if total else 0 for part in (*parts, rest)]
    for place in sorted(range(len(lost)), key=lambda k: (-lost[k], k))[: 1000 - sum(tenths)]:
        tenths[place] += 1
    exact = (percent(part / total if total else None) for part in parts)
    return [
        text if text[0] in "<>n" else f"{shown / 10:.1f} %"
        for text, shown in zip(exact, tenths, strict=False)
    ]


def count(value: int) -> str:
    """Return an integer with thousands separators."""
    return f"{value:,}"


def finding_groups(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group findings by state and code, with the first few of each group apart.

    A proposal that all of a group share is that of the group; else each finding has its own,
    unless it says the same as the one before.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for finding in findings:
        groups.setdefault((finding["state"], finding["code"]), []).append(finding)
    return [_group(members) for members in groups.values()]


def _group(members: list[dict[str, Any]]) -> dict[str, Any]:
    state, code, title = (members[0][key] for key in ("state", "code", "title"))
    proposals = [member["proposal"] for member in members]
    shared = len({*proposals}) == 1
    own = [now if now != before else "" for before, now in pairwise(["", *proposals])]
    shown = (
        members
        if shared
        else [{**member, "own_proposal": text} for member, text in zip(members, own, strict=True)]
    )
    return {
        "state": state,
        "code": code,
        "heading": heading_of(code, state, title),
        "proposal": proposals[0] if shared else "",
        "first": shown[:FIRST_FINDINGS],
        "rest": shown[FIRST_FINDINGS:_MOST_FINDINGS],
    }


def relation_rows(detail: dict[str, Any], target: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a column's relation to the target, positioned on an axis in per cent."""
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
    text = percent if key == "rate" else number
    return f"{text(row['low'])} to {text(row['high'])}"
