"""The choices of a survey below its questions: a second line of the header, not a row.

SurveyMonkey writes a question over a column for each choice, and the choice itself into the cell
of whoever took it. So the words of the second line occur again below, as those of a row do.
"""

from pipeweave_dagster.core.ingest.text.column_model import cell_kind
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.model.value_kinds import TYPED

ANSWERS = {"open-ended response", "response"}
"""What stands below a question for a free answer: no part of its name."""
_SPECIFY = "(please specify)"
_MIN_ROWS, _MIN_CHOICES = 2, 2


def has_choices(lines: list[Line]) -> bool:
    """Return whether the second line has the choices of the questions in the first.

    Every column without a name has one, columns with a question of their own have none but words
    for free answers, and two choices or more are each all that their column holds, or it is blank;
    or there are words for free answers.

    Args:
        lines: The first lines of the file.
    """
    if len(lines) < 2 + _MIN_ROWS or not all(line.is_complete for line in lines[:2]):
        return False
    questions, choices = lines[0].cells, lines[1].cells
    below = [{line.cells[i] for line in lines[2:]} for i in range(len(choices))]
    shared = _shared(questions)
    if not any(shared) or not all(choices[i] for i, part in enumerate(shared) if part):
        return False
    found = sum(part and below[i] == {"", choices[i]} for i, part in enumerate(shared))
    free = any(map(is_free_answer, choices))
    return (free or found >= _MIN_CHOICES) and all(
        _may_stand(choice, values, part=part)
        for choice, values, part in zip(choices, below, shared, strict=True)
    )


def is_free_answer(cell: str) -> bool:
    """Return whether a cell says that the answer below it is of free words.

    Example:
        >>> is_free_answer("Open-Ended Response"), is_free_answer("Other (please specify)")
        (True, True)
    """
    text = cell.strip().casefold()
    return text in ANSWERS or text.endswith(_SPECIFY)


def _shared(questions: list[str]) -> list[bool]:
    """Return which columns share a question with others: the blanks, and the name left of them."""
    blank = [not cell for cell in questions]
    named = any(questions[:1])  # blanks before the first name are no question's
    after = [*blank[1:], False]
    return [named and (a or b) for a, b in zip(blank, after, strict=True)]


def _may_stand(choice: str, values: set[str], *, part: bool) -> bool:
    """Return whether a cell may be a choice, or a free answer, above the values of its column."""
    if not choice:
        return True
    if cell_kind(choice) in TYPED and not choice.isalpha():
        return False
    named = choice not in values or values <= {"", choice}
    return named and (part or is_free_answer(choice))
