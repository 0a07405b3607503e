"""A script with `# %%` marks as a notebook."""

import json
from typing import Any

_LAST_CELL = '# bundle = train("ROWS.parquet", "rows.parquet", ABOUT, MEMBERS)'


def notebook(text: str) -> str:
    """Return the script as a notebook (nbformat 4.5), with one titled cell per mark.

    Its `if __name__` block becomes a comment that shows how to train.
    """
    parts = [part for part in ("\n" + text).split("\n# %% ") if part.strip()]
    titles = ["Imports"] + [part.split("\n", 1)[0] for part in parts[1:]]
    bodies = [parts[0], *(part.split("\n", 1)[1] for part in parts[1:])]
    bodies[-1] = bodies[-1].split("if __name__")[0] + _LAST_CELL
    cells = []
    for number, (title, body) in enumerate(zip(titles, bodies, strict=True)):
        heading = {"cell_type": "markdown", "metadata": {}, "source": [f"## {title}"]}
        source = body.strip().splitlines(keepends=True)
        code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
        code |= {"execution_count": None, "outputs": []}
        cells += [{**heading, "id": f"m{number}"}, {**code, "id": f"c{number}"}]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    return json.dumps(book, indent=1) + "\n"
