"""What a pull of a source did, in words."""

from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.counted import counted

if TYPE_CHECKING:
    import dagster as dg


def parts_read(instance: "dg.DagsterInstance", run_id: str) -> int:
    """Return how many parts of its source a run has read; 0 if it failed before."""
    import dagster as dg

    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    for entry in logs:
        materialization = entry.asset_materialization
        if materialization is not None and "parts read" in materialization.metadata:
            return int(str(materialization.metadata["parts read"].value))
    return 0


def pulled_text(facts: dict[str, Any]) -> str:
    """Return how many rows there are, which parts were read for it, and what is new.

    Example:
        >>> facts = {"rows": 902, "parts": 10, "parts_read": 1, "rows_before": 901}
        >>> pulled_text({**facts, "changed": True, "delivered": False})
        'Pulled 902 rows in 10 parts: 1 of 10 parts read, 1 new row'
    """
    parts = counted(facts["parts"], "part")
    text = f"Pulled {counted(facts['rows'], 'row')} in {parts}"
    before = facts["rows_before"]
    if before is None:
        return text
    read = [f"{facts['parts_read']:,} of {parts} read"] if facts["parts"] > 1 else []
    done = ", ".join([*read, _news(facts["rows"] - before, changed=facts["changed"])])
    return f"{text}: {done}{', delivered again' * (facts['delivered'] > facts['changed'])}"


def _news(more: int, *, changed: bool) -> str:
    if not changed:
        return "nothing new"
    if more == 0:
        return "as many rows as before, but not the same"
    return counted(more, "new row") if more > 0 else f"{counted(-more, 'row')} fewer"
