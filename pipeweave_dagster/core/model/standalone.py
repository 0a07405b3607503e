"""The code of a model that predicts without PipeWeave, as one file.

So the modules in it import nothing of PipeWeave but one another.
"""

import ast
import inspect
from functools import cache
from types import ModuleType

_ABOUT = "Everything that scoring needs, in one file that imports nothing of PipeWeave."


def standalone_modules() -> list[ModuleType]:
    """Return the modules that a model needs to read rows and to predict.

    Each one stands after those that it imports: in one file, what it uses is defined before it.
    """
    from pipeweave_dagster.core import counted, hidden_values, suggestions
    from pipeweave_dagster.core.model import (
        bundle_file,
        bundle_scores,
        catboost_model,
        category_encoders,
        clipped,
        closing_lines,
        column_cells,
        column_names,
        column_places,
        column_values,
        declared_delimiter,
        derived_columns,
        duplicate_lookup,
        exact_numbers,
        frame_cells,
        frame_entry,
        frame_hashes,
        group_relative,
        hashed_values,
        lacking_columns,
        large_boosters,
        missing_words,
        null_tokens,
        plug_in_model,
        predict_rows,
        prepare_features,
        quick_encoding,
        read_file,
        read_frame,
        read_records,
        stacked_outputs,
        surplus_fields,
        target_scale,
        text_moments,
        text_records,
        trusted_types,
        unseen_categories,
        value_expressions,
        value_forms,
        value_kinds,
        void_dates,
    )

    return [
        trusted_types, frame_entry, column_values, exact_numbers, derived_columns, prepare_features,
        clipped, group_relative, catboost_model, plug_in_model, category_encoders, quick_encoding,
        bundle_file, stacked_outputs, duplicate_lookup, target_scale, large_boosters, bundle_scores,
        counted, hidden_values, null_tokens, void_dates, missing_words, column_names,
        text_moments, value_expressions, value_forms, frame_cells, hashed_values,
        column_cells, column_places, frame_hashes, read_frame,
        value_kinds, closing_lines, surplus_fields, declared_delimiter, text_records, read_records,
        read_file,
        unseen_categories, suggestions, lacking_columns, predict_rows,
    ]  # fmt: skip


@cache
def standalone_source() -> str:
    """Return the source of these modules as one: their imports once, and no import of PipeWeave.

    The docstring is that of `bundle_file`, which describes model files.
    """
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    docstring = ""
    for module in standalone_modules():
        source = inspect.getsource(module)
        first, *rest = ast.parse(source).body
        if module.__name__.endswith(".bundle_file"):
            _, on_files = str(ast.get_source_segment(source, first)).split("\n\n", 1)
            docstring = f'"""{_ABOUT}\n\n{on_files}'
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
