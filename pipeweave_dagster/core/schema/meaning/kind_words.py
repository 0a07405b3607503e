"""What the types of columns are called in sentences: names such as `geo` are for settings."""

from collections.abc import Mapping

_LABELS = {"context_specific": "names or codes", "embedded_number": "numbers in text"}
KIND_WORDS: Mapping[str, str] = {
    "numeric": "quantities",
    "categorical": "categories",
    "ordinal": "categories with an order",
    "boolean": "flags",
    "datetime": "dates or times",
    "text": "free text",
    "url": "web addresses",
    "email": "e-mail addresses",
    "phone": "telephone numbers",
    "list": "lists of items",
    "geo": "geographic places",
    "identifier": "identifiers",
    "constant": "one value",
    "embedded_number": "numbers within text",
    "context_specific": "names or codes that only their source explains",
}


def kind_label(kind: str) -> str:
    """Return the type of a column as reports show it, in a word or three.

    Example:
        >>> kind_label("numeric"), kind_label("context_specific")
        ('numeric', 'names or codes')
    """
    return _LABELS.get(kind, kind)
