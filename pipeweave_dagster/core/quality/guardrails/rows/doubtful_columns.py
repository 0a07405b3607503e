"""PW608: columns whose values may be read in two ways."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns whose numbers may be read in two ways, with the setting that decides."""
    for column in case.snapshot.columns:
        if column.doubt:
            message, _, proposal = column.doubt.partition(" What decides: ")
            yield Hit(
                "alerted",
                f"{column.name!r}: {message}",
                columns=[column.name],
                evidence={"format": column.format or column.type},
                proposal=f"What decides: {proposal.replace('NAME', column.name)}"
                if proposal
                else "",
            )


GUARDRAIL = Guardrail("PW608", "The reading of every number is certain", "rows", check)
