"""Quote names and texts for SQL, whatever they contain."""


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a quoted SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
