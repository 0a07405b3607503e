"""Draws the tree of the package from its import statements, for `docs/architecture.md`.

Nothing is imported: the syntax trees say who imports whom. `test_architecture.py` proves the
declared order with the same functions, so the drawing and the proof cannot differ.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "pipeweave_dagster"
Graph = dict[str, set[str]]


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every dotted name that a module imports, also inside functions."""
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"  # noqa: S101
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement, at any depth; expressions import nothing, and are most of a tree."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(tree, field, ()):
            yield child
            yield from _statements(child)


def module_name(path: Path) -> str:
    """Return `core.training.data` for its `__init__.py`, `core.errors` for `core/errors.py`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_graph() -> Graph:
    """Return every module of the package with the modules of the package that it imports."""
    names = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
    graph: Graph = {}
    for name, path in names.items():
        tree = ast.parse(path.read_bytes())
        own = [n.partition(".")[2] for n in imports(tree) if n.startswith(f"{PACKAGE.name}.")]
        found = {n if n in names else n.rpartition(".")[0] for n in own}
        graph[name] = found - {name, ""}
    return graph


def part_graph(modules: Mapping[str, set[str]], package: str = "") -> Graph:
    """Return the parts (folders and files) directly below a package with the parts they import."""
    above = f"{package}." if package else ""
    parts: Graph = {}
    for module, found in modules.items():
        if module and module != package and module.startswith(above):
            part = module.removeprefix(above).split(".")[0]
            inner = {n.removeprefix(above).split(".")[0] for n in found if n.startswith(above)}
            parts.setdefault(part, set()).update(inner - {part})
    return parts


def reduced(graph: Mapping[str, set[str]]) -> Graph:
    """Return the graph without the arrows that follow from others.

    Raises:
        graphlib.CycleError: If the graph has a cycle.
    """
    below: Graph = {}
    for part in TopologicalSorter(graph).static_order():
        direct = graph.get(part, set())
        below[part] = direct.union(*(below[other] for other in direct))
    return {
        part: {n for n in found if not any(n in below[other] for other in found - {n})}
        for part, found in graph.items()
    }


def mermaid(graph: Mapping[str, set[str]], without: Iterable[str] = ()) -> str:
    """Return a Mermaid flowchart from top to bottom; an arrow reads "imports"."""
    kept = {p: f - set(without) for p, f in graph.items() if p not in set(without)}
    lines = [
        f"    {p} --> {n}" for p, found in sorted(reduced(kept).items()) for n in sorted(found)
    ]
    alone = [f"    {p}" for p in sorted(kept) if not any(p in line.split() for line in lines)]
    return "\n".join(["```mermaid", "flowchart TB", *lines, *alone, "```"])


def packages_table(packages: Iterable[str]) -> str:
    """Return a Markdown table of packages with the first line of their docstring."""
    lines = ["| package | what belongs there |", "| --- | --- |"]
    for name in packages:
        path = PACKAGE.joinpath(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        about = (ast.get_docstring(ast.parse(file.read_bytes())) or "").split("\n\n")[0]
        lines.append(f"| `{name.replace('.', '/')}` | {' '.join(about.split())} |")
    return "\n".join(lines)


def drawings() -> dict[str, str]:
    """Return the drawn parts of `docs/architecture.md` by the name of their place."""
    modules = module_graph()
    layers, core = part_graph(modules), part_graph(modules, "core")
    # Sorted first, since sets of text have another order in every process.
    ordered = TopologicalSorter({part: sorted(core[part]) for part in sorted(core)})
    order = list(ordered.static_order())
    inner = [name for name in modules if name.startswith("core.") and name.count(".") == 2]
    folders = [name for name in inner if PACKAGE.joinpath(*name.split(".")).is_dir()]
    outer = ["services", "adapters", "lib", "defs", "cli", "web"]
    return {
        "layers": mermaid(layers),
        "core": mermaid(core, without=("errors", "documents")),
        "training": mermaid(part_graph(modules, "core.training")),
        "packages": packages_table([*outer, *(f"core.{part}" for part in order), *folders]),
    }
