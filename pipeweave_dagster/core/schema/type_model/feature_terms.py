"""Words and patterns used as features of the type model; their order is that of the features."""

import re


def _listed(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", text))


KINDS = (
    *("empty", "number", "amount", "bool", "date", "time", "datetime", "url", "email", "code"),
    *("word", "text"),
)
WORDS = _listed(
    "id code date time name year type count num number rate total day month age price cost "
    "amount percent pct avg mean std min max lat lon zip phone address city state country "
    "url link text desc comment title status flag is has category class level group score "
    "rank index key list tags version size weight height length width duration value x y z q "
    "var"
)
STOPWORDS = frozenset(
    _listed(
        "a an the of in on at to for and or is are was were be with by from as this that it i "
        "you he she we they not have has had but his her their our your my me do did will would "
        "can"
    )
)
SHAPES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(p, re.IGNORECASE)
    for p in (
        r"[+-]?\d+",
        r"[+-]?\d+\.0+",
        r"[+-]?\d*\.\d+([eE][+-]?\d+)?",
        r"0\d+",
        r"(19|20)\d{2}(\.0)?",
        r"\d{8}",
        r"\d{10,13}",
        r"\d{4}-\d{2}-\d{2}.*",
        r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.*",
        r".*\d{1,2}:\d{2}.*",
        r".*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d.*",
        r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*.*",
        r"[^\d]{0,4}[\d,.]+\s?%",
        r"[$£€¥]\s?[\d,.]+.*|[\d,.]+\s?[$£€¥].*",
        r"[+-]?[\d,.]+\s?[a-z°'\"/²]{1,12}",
        r"\d{1,3}(,\d{3})+(\.\d+)?",
        r"\d+\s?(-|to|–|/|x|:)\s?\d+",  # noqa: RUF001
        r"[<>=~]+\s?\d.*",
        r"(https?://|www\.).*",
        r"[^@\s]+@[^@\s]+\.\w+",
        r"[\[{(].*[\]})]",
        r"[^,]+(,[^,]+){2,}",
        r"[^;]+(;[^;]+)+",
        r"[^|]+(\|[^|]+)+",
        r"[^/]+(/[^/]+)+",
        r"[\w-]+(, ?[\w-]+)+",
        r"[0-9a-f]{8}-?[0-9a-f-]{20,}|[0-9a-f]{16,}",
        r"[A-Z]{1,4}[-_ ]?\d{2,}.*",
        r"[a-z][a-z_]+\d+",
        r"[A-Z]{1,3}",
        r"[A-Z][a-z]+( [A-Z][a-z'-]+)+",
        r"[A-Z][a-z]+, ?[A-Z].*",
        r".*[.!?]\s.*|.*[.!?]",
        r".*\.(jpg|png|gif|pdf|html?|csv|txt|zip|js|py)",
        r"-?\d{1,3}\.\d{3,}\s?,\s?-?\d{1,3}\.\d{3,}",
        r".*\b(st|street|ave|avenue|rd|road|blvd)\b.*",
        r"\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}",
        r"true|false|yes|no|y|n|t|f",
        r"[\d.]+(:[\d.]+)+|\d+(\.\d+){2,}",
        r".*<[a-z/].*>.*",
    )
)
