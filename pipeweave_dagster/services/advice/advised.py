"""A document with or without advice, and the reason if without."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from pipeweave_dagster.core.advice.column_figures import column_figures
from pipeweave_dagster.core.advice.privacy import reaches
from pipeweave_dagster.core.advice.prompts import CURRENT
from pipeweave_dagster.core.documents import ColumnDeduction, DatasetSnapshot, Document
from pipeweave_dagster.core.documents.advice import AdviserName
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.advice_calls import NoAdviceError, advice_enabled, why_no_advice
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

D = TypeVar("D", bound=Document)


class Advised(NamedTuple, Generic[D]):
    """A document and a note on its advice.

    Attributes:
        note: For the asset's metadata; empty if no advisor is configured.
        final: Whether a later run may reuse the document. One that the rules made because the
            advisor did not respond is made again.
    """

    document: D
    note: str = ""
    final: bool = True


def advice_settings(settings: Settings, adviser: AdviserName) -> dict[str, Any]:
    """Return the settings that an advised document depends on; empty without advice."""
    if not advice_enabled(settings):
        return {}
    return {"advice": [settings.advisor_model, settings.advice_level, CURRENT[adviser]]}


def with_advice(settings: Settings, by_rules: D, advise: Callable[[], Advised[D]]) -> Advised[D]:
    """Return the advised document, or the one made by rules with the reason; never raise."""
    if settings.advisor == "rules":
        return Advised(by_rules)
    reason = why_no_advice(settings)
    if reason is not None:
        return Advised(by_rules, f"rules used: {reason}")
    try:
        return advise()
    except NoAdviceError as error:
        return Advised(by_rules, f"rules used: {error}", error.final)
    except PipeWeaveError as error:
        return Advised(by_rules, f"rules used: {error.message[:200]}", final=False)
    except Exception as error:  # noqa: BLE001 - advice never fails a run
        reason = f"rules used: the advice failed ({type(error).__name__})"
        return Advised(by_rules, reason, final=False)


def figures_of(
    bench: Workbench, snapshot: DatasetSnapshot, columns: Iterable[ColumnDeduction]
) -> dict[str, dict[str, Any]]:
    """Return the figures of columns that the privacy level allows, by column name."""
    level = bench.settings.advice_level
    if not reaches(level, "statistics"):
        return {}
    return bench.on_data(
        column_figures,
        snapshot=snapshot,
        data=bench.store.payload(snapshot.data),
        names=[column.name for column in columns],
        level=level,
    )
