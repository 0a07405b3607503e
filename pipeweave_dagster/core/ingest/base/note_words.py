"""Words and forms that show a text alone in a row to be a note, and no row of the table."""

import re

from pipeweave_dagster.core.model.value_kinds import kind_of

_LONGEST = 80
_LABEL = re.compile(
    r"(stand|datenstand|as (of|at)|(report )?date|datum|fecha|data|dato|erstellt|aktualisiert|"
    r"(last )?(updated?|modified)|bijgewerkt|actualizado|aggiornato|(derni[eè]re )?mise [aà] jour|"
    r"generated|created|exported|printed|downloaded|author|autor|page|seite)"
    r"( (am|on|at|by|von|le|il|el|op))?\s*+:",
    re.IGNORECASE,
)
_WORDS_AND_REST = re.compile(r"(?:[^\W\d_]++[.:]?\s++){1,3}+(\d.*+)")
_PAGE = re.compile(
    r"(page|seite|p[aá]gina|pagina|strana|strona|sida|side|sivu|стр(аница|\.)?)\s*+\d{1,5}"
    r"(\s*+(/|of|von|de|di|van|sur|z|ze|av|af|из)\s*+\d{1,5})?",
    re.IGNORECASE,
)


def is_dated_note(text: str) -> bool:
    """Return whether a text is a label with its value, or words with a date.

    Example:
        >>> is_dated_note("Stand: Mai 2024"), is_dated_note("Am 01.05.2024"), is_dated_note("F 2")
        (True, True, False)
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return False
    rest = _WORDS_AND_REST.fullmatch(text)
    dated = rest is not None and kind_of(rest[1]) in {"date", "datetime"}
    return dated or _LABEL.match(text) is not None


def is_page_number(text: str) -> bool:
    """Return whether a text is the number of a printed page.

    Example:
        >>> is_page_number("Page 2 of 4"), is_page_number("Seite 3"), is_page_number("Page A")
        (True, True, False)
    """
    return len(text) <= _LONGEST and _PAGE.fullmatch(text.strip()) is not None
