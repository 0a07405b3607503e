"""Surveys: names above questions, and questions above the words for free answers."""

import pytest

from pipeweave_dagster.core.ingest.text.layout import detect_layout
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records

WORDS = {"colour": ["red", "blue", "green"], "place": ["Ulm", "Rome"], "yes": ["Yes", "No"]}
ANSWERS = {
    "age": lambda i: str(20 + i * 7 % 40),
    "day": lambda i: f"2021-03-{1 + i % 28:02}",
    "mark": lambda i: str(1 + i * 3 % 5),
    **{kind: lambda i, texts=texts: texts[i % len(texts)] for kind, texts in WORDS.items()},
}
QUESTIONS = {
    "age": "How old are you?", "day": "Recorded Date", "mark": "Please rate our service",
    "colour": "What is your favourite colour of all?", "place": "Where do you live?",
    "yes": "Would you come again?",
}  # fmt: skip
SURVEYS = [
    "age colour mark",
    "colour place",
    "day age",
    "day yes place mark",
    "age mark yes colour",
]


def layout_of(*head, kinds, count, delimiter=","):
    body = [[ANSWERS[kind](i) for kind in kinds] for i in range(count)]
    text = "".join(delimiter.join(row) + "\n" for row in [*head, *body])
    return detect_layout(parse_records(text, TextDialect(delimiter)))


@pytest.mark.pairwise
@pytest.mark.parametrize("count", [4, 20, 200])
@pytest.mark.parametrize("survey", SURVEYS)
@pytest.mark.parametrize("name", ["Q{}", "q{}_text", "VAR{:03}", "item {}"])
def test_names_stand_above_the_questions(survey, name, count):
    kinds = survey.split()
    names = [name.format(i) for i in range(1, len(kinds) + 1)]
    layout = layout_of(names, [QUESTIONS[k] for k in kinds], kinds=kinds, count=count)
    assert (layout.names, layout.preamble, layout.annotations) == (names, 0, 1)


ROWS = [
    ["21", "red", "3"], ["n/a", "red", ""], ["", "a long answer in free words", "4"],
    ["33", "What is that?", "2"], ["x", "y", "z"],
]  # fmt: skip


@pytest.mark.parametrize("first", ROWS)
def test_a_first_row_is_no_question(first):
    layout = layout_of(["Q1", "Q2", "Q3"], first, kinds=["age", "colour", "mark"], count=20)
    assert layout.annotations == 0


@pytest.mark.parametrize("count", [4, 20])
def test_a_first_answer_of_many_words_is_a_row(count):
    first = ["Ulm", "It was very good and we will surely come again soon"]
    layout = layout_of(["place", "text"], first, kinds=["place", "colour"], count=count)
    assert layout.annotations == 0


@pytest.mark.parametrize("answer", ["Open-Ended Response", "Response"])
@pytest.mark.parametrize("count", [4, 20])
def test_words_for_free_answers_are_no_part_of_the_names(answer, count):
    questions = ["Respondent ID", *(QUESTIONS[k] for k in ("colour", "age", "yes"))]
    kinds = ["mark", "colour", "age", "yes"]
    layout = layout_of(questions, ["", answer, answer, "Response"], kinds=kinds, count=count)
    assert layout.names == questions
    choices = ["Respondent ID", "What did you see?", "", "How old are you?"]
    layout = layout_of(choices, ["", "Sea", "Hills", answer], kinds=kinds, count=count)
    assert layout.names == [
        "Respondent ID", "What did you see? Sea", "What did you see? Hills", "How old are you?",
    ]  # fmt: skip


TOOLS = ["Excel", "Python", "R"]


def _chosen(i):
    """Return the cells of the choices that somebody took."""
    return [tool if i * 7 % 5 >= place else "" for place, tool in enumerate(TOOLS)]


def _read_survey(questions, choices, row, count=20):
    rows = [questions, choices, *([*map(str, row(i))] for i in range(count))]
    return detect_layout(parse_records("".join(",".join(r) + "\n" for r in rows), TextDialect()))


@pytest.mark.parametrize("count", [4, 20, 200])
def test_choices_that_occur_again_below_belong_to_the_header(count):
    question, id_ = ["Which tools?", "", ""], "Respondent ID"
    tools = [f"Which tools? {tool}" for tool in TOOLS]
    layout = _read_survey(question, TOOLS, _chosen, count)
    assert (layout.names, layout.header) == (tools, 2)
    layout = _read_survey([id_, *question], ["", *TOOLS], lambda i: [i, *_chosen(i)], count)
    assert layout.names == [id_, *tools]
    layout = _read_survey(
        [id_, "Role?", "", *question, "Comment"],
        ["", "Response", "Other (please specify)", *TOOLS, "Open-Ended Response"],
        lambda i: [i, *(("Boss", "") if i % 3 else ("", "CEO")), *_chosen(i), "fine" * (i % 2)],
        count,
    )
    assert layout.names == [id_, "Role?", "Role? Other (please specify)", *tools, "Comment"]


def test_other_may_be_a_choice():
    other = "Other (please specify)"
    layout = _read_survey(
        ["Start", "Which tools?", "", "", ""],
        ["", *TOOLS, other],
        lambda i: [f"7/10/14 1{i % 10}:00", *_chosen(i), other if i % 4 else ""],
    )
    assert layout.names == ["Start", *(f"Which tools? {tool}" for tool in (*TOOLS, other))]


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["id", "tools", "", ""], lambda i: [i, *_chosen(i)]),
        (["site", "unit", ""], lambda i: ["ABC"[i % 3], "kg", "m"]),
        (["name", "a", ""], lambda i: [f"n{i}", "x" * (i % 2), "xy"[i % 2]]),
        (["a", "b", "c"], _chosen),
    ],
)
def test_a_first_row_has_no_choices(names, row):
    layout = _read_survey(names, [*map(str, row(2))], lambda i: row(i + 3))
    assert layout.header == 1


def test_what_was_asked_is_listed(read):
    body = "".join(f"{20 + i},{i % 5}\n" for i in range(20))
    snapshot = read(f"Q1,Q2\nHow old are you?,Please rate our service\n{body}")
    assert [(c.name, c.type) for c in snapshot.columns] == [("Q1", "integer"), ("Q2", "integer")]
    assert [line.line for line in snapshot.left_out] == [2]
