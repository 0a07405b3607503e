"""The code of a model that predicts without PipeWeave, as one file."""

import ast
import inspect
from functools import cache
from types import ModuleType


def standalone_modules() -> list[ModuleType]:
    """Return the modules that a model needs to read rows and to predict, in order of use."""
    from pipeweave_dagster.core import counted, hidden_values
    from pipeweave_dagster.core.model import (
        closing_lines,
        column_names,
        frame_cells,
        hashed_values,
        missing_words,
        null_tokens,
        predict_rows,
        read_file,
        read_frame,
        serving,
        surplus_fields,
        text_moments,
        unseen_categories,
        value_expressions,
        value_forms,
        value_kinds,
        void_dates,
    )

    return [
        serving, counted, hidden_values, null_tokens, void_dates, missing_words, column_names,
        text_moments, value_expressions, value_forms, frame_cells, hashed_values, read_frame,
        value_kinds, closing_lines, surplus_fields, read_file, unseen_categories, predict_rows,
    ]  # fmt: skip


@cache
def standalone_source() -> str:
    """Return the source of these modules as one: their imports once, and no import of PipeWeave.

    The docstring of `serving`, which describes model files, is that of the whole.
    """
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    docstring = ""
    for module in standalone_modules():
        source = inspect.getsource(module)
        first, *rest = ast.parse(source).body
        docstring = docstring or str(ast.get_source_segment(source, first))
        lines = source.splitlines(keepends=True)
        for node in reversed(rest):
            if isinstance(node, ast.Import | ast.ImportFrom):
                del lines[node.lineno - 1 : node.end_lineno]
            if isinstance(node, ast.Import):
                plain.add(ast.unparse(node))
            elif isinstance(node, ast.ImportFrom) and not _is_own(node):
                own = names.setdefault(str(node.module), set())
                own.update(alias.name for alias in node.names)
        bodies.append("".join(lines[first.end_lineno :]).strip("\n"))
    plain |= {f"from {module} import {', '.join(sorted(own))}" for module, own in names.items()}
    head = "\n".join(sorted(plain))
    return f"{docstring}\n\n{head}\n\n" + "\n\n\n".join(bodies) + "\n"


def _is_own(node: ast.ImportFrom) -> bool:
    return str(node.module).startswith("pipeweave_dagster")
