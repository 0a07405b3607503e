"""What stands before the message of a record of a log: a time, a level, names, and marks."""

import re
from typing import NamedTuple

_DATE = (
    r"(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d\d(?:\d\d)?"
    r"|\d\d?[- /][A-Z][a-z]{2}[- /]\d{4})"
)
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?: ?[+-]\d\d:?\d\d|Z| (?:UTC|GMT|CES?T|EES?T|WES?T|BST|MSK|[ECMP][SD]T|[JI]ST))?"
_OF_C = rf"[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {_CLOCK} \d{{4}}"
TIME = rf"{_DATE}[T ]{_CLOCK}{_ZONE}|{_OF_C}|{_CLOCK}"
LEVEL = (
    r"(?i:TRACE|DEBUG|VERBOSE|FINEST|FINER|FINE|CONFIG|INFO(?:RMATION)?|NOT(?:IC)?E|LOG|DETAIL|HINT"
    r"|STATEMENT|WARN(?:ING)?|ERR(?:OR)?|SEVERE|CRIT(?:ICAL)?|FATAL|PANIC|ALERT|EMERG(?:ENCY)?)\b"
)


class Item(NamedTuple):
    """Something before the message: a field with a name, or a mark between fields without one."""

    name: str
    pattern: re.Pattern[str]


ITEMS = (
    Item("time", re.compile(rf" *\[?({TIME})\]?[:,]?(?=[ \[(]|$)")),
    Item("level", re.compile(rf" *[\[(<]?({LEVEL})[\])>]?:?(?=[ \[:|-]|$)")),
    Item("", re.compile(r" +(?:-{1,3}|:{1,2}|\|)(?= |$)|:(?= )")),
    # The module that an Apache server writes before the level: `[core:error]`.
    Item("logger", re.compile(rf" *\[([a-z_]\w*):(?={LEVEL}\])")),
    Item("process", re.compile(r" *\[?(?:pid )?(\d{1,10}(?:#(?!0\b)\d+|:tid \d+)?)(?:#0)?"
                                rf"(?:\]:?|(?= -{{2,3}} | \[|:| +[\[(]?{LEVEL}))")),
    Item("context", re.compile(r" *(?:\[([^\[\]]{0,200}+)\]|\{([\w.:/-]{1,200}+)\}):?")),
    Item("logger", re.compile(r" *([\w$][\w.$:/<>@-]{0,200}?)(?= +(?:-{1,3}|:{1,2}|\|) |: |:$|"
                               rf" +[\[(]?{LEVEL})")),
    Item("logger", re.compile(r" *((?:[A-Za-z_$][\w$]*+\.)++[A-Za-z_$][\w$]*+)(?= )")),
)  # fmt: skip
"""In the order in which they are tried at a place."""
