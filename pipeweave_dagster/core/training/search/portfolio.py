"""The fixed list of candidates and its order, so that equal data is searched in the same way."""

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.families import FAMILIES, Family
from pipeweave_dagster.core.families.candidate import Candidate, is_skewed
from pipeweave_dagster.core.families.search_space import Group
from pipeweave_dagster.core.training.data.fold_features import Problem

# On few rows small trees come first, on many rows large ones.
_FEW_ROWS: tuple[Group, ...] = (
    "grouped", "log target", "plain", "small trees", "splines", "crossed", "other",
    "large trees", "deep trees",
)  # fmt: skip
_MANY_ROWS: tuple[Group, ...] = (
    "grouped", "log target", "plain", "large trees", "crossed", "deep trees", "splines",
    "small trees", "other",
)  # fmt: skip
_MANY_ROWS_FROM = 3_000
_LINEAR_FIRST_CELLS = 4_000_000
"""Cells, times the classes but one, up to which a linear fit takes a second or two."""
_BEHIND_LIGHTGBM = 25


def portfolio(spec: PipelineSpec, problem: Problem) -> list[Candidate]:
    """Return the candidates that the pipeline allows and that suit the table; `dummy` always.

    The default of each family comes first, then variants by groups.

    Args:
        spec: Names the families, and whether variants are tried.
        problem: The table.
    """
    step = _search_step(spec)
    rows, columns = problem.features.shape
    named = {"dummy", *step.params.get("families", FAMILIES)}
    families = [
        family
        for family in FAMILIES.values()
        if family.name in named
        and family.is_installed
        and (family.supports_monotone or family.name == "dummy" or not problem.monotone)
        and family.suits(rows, columns, problem.classes)
    ]
    candidates = _defaults(families, rows * columns * max(1, problem.classes - 1))
    if step.params.get("variants") is not False:
        candidates += _variants(families, problem)
    return candidates


def _defaults(families: list[Family], cells: int) -> list[Candidate]:
    places = {family.name: family.place for family in families if family.place is not None}
    if cells > _LINEAR_FIRST_CELLS and "linear" in places:
        # Boosting that is cut short is a model all the same; a linear fit that is cut is none.
        places["linear"] = _BEHIND_LIGHTGBM
    placed = [family for family in families if family.name in places]
    ordered = sorted(placed, key=lambda family: places[family.name])
    return [Candidate(f.name, f.name, dict(f.candidate_params)) for f in ordered]


def _variants(families: list[Family], problem: Problem) -> list[Candidate]:
    rows = problem.features.shape[0]
    groups = _FEW_ROWS if rows < _MANY_ROWS_FROM else _MANY_ROWS
    suitable = {
        "log target": problem.task == "regression" and is_skewed(problem.y),
        "plain": problem.columns.can_be_plain,
        "crossed": bool(problem.columns.crosses or problem.columns.pairs),
        "grouped": bool(problem.columns.relative or problem.columns.encoded),
        "splines": bool(problem.columns.curved),
    }
    variants = [
        (groups.index(variant.group), variant.place, family.name, variant)
        for family in families
        for variant in family.variants
        if suitable.get(variant.group, True) and rows <= variant.max_rows
    ]
    ordered = sorted(variants, key=lambda entry: entry[:2])
    return [Candidate(v.name, family, dict(v.params)) for _, _, family, v in ordered]


def adaptive(spec: PipelineSpec) -> bool:
    """Return whether candidates beyond the fixed list may be tried."""
    return _search_step(spec).params.get("variants") is not False


def missing_families(spec: PipelineSpec) -> list[str]:
    """Return the families that the pipeline names and that are not installed.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where no other family is named.
    """
    named = _search_step(spec).params.get("families", [])
    missing = [name for name in named if name not in FAMILIES or not FAMILIES[name].is_installed]
    if missing and len(missing) == len([name for name in named if name != "dummy"]):
        extra = getattr(FAMILIES.get(missing[0]), "extra", None) or missing[0]
        raise validation_error(
            f"None of the model families of the pipeline is installed: {', '.join(missing)}.",
            fix=f"Install it (pip install 'pipeweave[{extra}]'), or name other families.",
        )
    return missing


def _search_step(spec: PipelineSpec) -> Step:
    return next(step for step in spec.steps if step.kind == "train")
