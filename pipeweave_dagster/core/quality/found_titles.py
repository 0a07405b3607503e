"""What a finding says when its guardrail has found something: its heading on pages and reports.

The title of a guardrail says what should hold, which beside `blocked` reads as its opposite.
"""

from pipeweave_dagster.core.documents.findings import State

FOUND = {
    "PW101": "Target column is missing or unusable",
    "PW102": "Target is constant",
    "PW103": "Too few labeled rows",
    "PW104": "Target has missing values",
    "PW105": "Classes are not balanced",
    "PW106": "Target or task is not certain",
    "PW107": "Labels contradict the features",
    "PW201": "Column is not known at prediction time",
    "PW202": "A single column is in the order of the target",
    "PW203": "Missing values reveal the target",
    "PW204": "Column is a copy of the target",
    "PW205": "A single feature gives the target away",
    "PW206": "Target is computed from other columns",
    "PW207": "Column contains averages of the target",
    "PW208": "Target is a sum of columns",
    "PW210": "Feature is suspiciously predictive",
    "PW211": "A gap or single value determines the class",
    "PW213": "Column name suggests the outcome",
    "PW214": "One class begins or ends the time range",
    "PW215": "Column is a function of the target",
    "PW216": "Texts state the target",
    "PW301": "Column is mostly empty",
    "PW302": "A number seems to stand for missing values",
    "PW303": "A text seems to stand for missing values",
    "PW401": "Rows are repeated",
    "PW402": "Identical features have different labels",
    "PW403": "Feature repeats another one",
    "PW501": "Column is constant, or nearly",
    "PW502": "Column looks like an identifier",
    "PW503": "Column has very many categories",
    "PW504": "Categories are spelled in several ways",
    "PW508": "Override matches no finding",
    "PW509": "Column setting does not apply to the data",
    "PW510": "Column looks personal",
    "PW601": "Rows could not be parsed",
    "PW602": "Measurements contain implausible zeros",
    "PW603": "Later rows differ from a random sample",
    "PW604": "Groups of rows differ from each other",
    "PW605": "The parts of the split overlap or disagree",
    "PW606": "Values contain extreme outliers",
    "PW607": "The layout of the file is not certain",
    "PW608": "Numbers may be read in two ways",
    "PW609": "Rows are totals of others",
    "PW701": "Column distributions have changed",
    "PW702": "Row count has dropped sharply",
    "PW703": "Schema differs from the previous version",
    "PW704": "Data is older than in the previous version",
    "PW801": "There is little data",
}


def heading_of(code: str, state: State, title: str) -> str:
    """Return the heading of a finding: what was found, or the title of what has passed."""
    return title if state == "passed" else FOUND.get(code, title)
