"""What the types of columns are called in sentences: names such as `geo` are for settings."""

from collections.abc import Mapping

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
