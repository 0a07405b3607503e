"""Sources: where the rows of a data set are pulled from, and what the last pull has stored."""

import re
from collections import Counter
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipeweave_dagster.core.cron import check_cron
from pipeweave_dagster.core.documents.base import Part
from pipeweave_dagster.core.documents.data import RawFile

SourceKind = Literal["postgres", "mysql", "mongodb", "cratedb", "join"]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_CRON_FIELDS = 5
_OBJECTS: dict[str, tuple[str, ...]] = {
    "postgres": ("table", "query"),
    "mysql": ("table", "query"),
    "cratedb": ("table", "query"),
    "mongodb": ("collection",),
    "join": ("left",),
}


class Increment(Part):
    """Which rows belong together in one part, and how a part that has changed is recognised.

    A part is pulled again as a whole when its number of rows or its greatest `key` has changed, so
    a row that arrives late re-opens its own part only. Without `partition_by`, a part is one day
    of `key` (in UTC).
    """

    key: str | None = Field(default=None, min_length=1)
    partition_by: list[str] = Field(default=[], max_length=4)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.key is None and not self.partition_by:
            raise ValueError("'incremental' needs 'key', 'partition_by', or both")
        return self


class JoinedSource(Part):
    """A source whose columns are added to those of `left`, matched by columns of equal values.

    `on` maps columns of `left` to columns of this source. A source with several rows of one key
    would multiply rows of `left`: that is refused.
    """

    source: str
    on: dict[str, str] = Field(min_length=1)

    @field_validator("on", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        names = [value] if isinstance(value, str) else value
        return {str(n): str(n) for n in names} if isinstance(names, list) else value


class Source(Part):
    """`sources/<name>.yaml`: a table, query or collection that is pulled as the data set `<name>`.

    `connection` is the name of the environment variable that holds the address with its password;
    `schedule` is a cron expression in `timezone`. With `dataset: false` the rows are only there for
    joins, and no run follows a pull.
    """

    kind: SourceKind
    connection: str | None = None
    table: str | None = Field(default=None, min_length=1)
    query: str | None = Field(default=None, min_length=1)
    collection: str | None = Field(default=None, min_length=1)
    left: str | None = None
    join: list[JoinedSource] = []
    incremental: Increment | None = None
    schedule: str | None = None
    timezone: str = "UTC"
    dataset: bool = True

    @field_validator("connection")
    @classmethod
    def _variable(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError(
                "it is the name of an environment variable that holds the address, such as SHOP_DB"
            )
        return value

    @field_validator("schedule")
    @classmethod
    def _cron(cls, value: str | None) -> str | None:
        if value is not None and len(value.split()) != _CRON_FIELDS:
            raise ValueError("a cron expression has five fields, such as '0 6 * * *'")
        return check_cron(value)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            raise ValueError("it is not the name of a time zone, such as 'Europe/Berlin'") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = _OBJECTS[self.kind]
        every = ("table", "query", "collection", "left")
        given = [name for name in every if getattr(self, name) is not None]
        if len(given) != 1 or given[0] not in wanted:
            raise ValueError(f"the kind {self.kind!r} needs exactly one of: {', '.join(wanted)}")
        if self.kind == "join":
            if not self.join or self.connection or self.incremental:
                raise ValueError("a join needs 'left' and 'join', no 'connection' or 'incremental'")
        elif self.connection is None or self.join:
            raise ValueError(f"the kind {self.kind!r} needs 'connection', and has no 'join'")
        return self

    @property
    def described(self) -> str:
        """What is pulled, in words: `postgres table public.flights`."""
        what = next(n for n in ("table", "query", "collection", "left") if getattr(self, n))
        if what == "query":
            return f"{self.kind} query"
        if what == "left":
            return f"join of {', '.join(self.upstream)}"
        return f"{self.kind} {what} {getattr(self, what)}"

    @property
    def upstream(self) -> list[str]:
        """The sources that a join reads, without repetition."""
        return list(dict.fromkeys([*filter(None, [self.left]), *(j.source for j in self.join)]))


class PulledPart(Part):
    """One Parquet file of a pull: the rows with the same values of `partition_by`, or all rows.

    `watermark` is the greatest value of the incremental key, as the database writes it; `changed`
    counts values that could not be kept as they are, by what they are and what became of them.
    """

    file: RawFile
    values: list[str | None] = []
    rows: int
    watermark: str | None = None
    changed: dict[str, int] = {}


class SourcePull(Part):
    """All rows of a source as it was at the last pull that succeeded.

    `definition` is the hash of what is pulled and of its columns: parts are kept only while it is
    the same.
    """

    source: str
    described: str
    definition: str
    parts: list[PulledPart]

    @property
    def notes(self) -> list[str]:
        """What could not be kept as it is in the database, one line each."""
        total: Counter[str] = Counter()
        for part in self.parts:
            total.update(part.changed)
        return [f"{what}: {number:,}" for what, number in total.items()]

    @property
    def rows(self) -> int:
        """Number of rows in all parts."""
        return sum(part.rows for part in self.parts)


class SourceState(Part):
    """The last pull of a source that succeeded, when that was, and the error of a later one."""

    pull: SourcePull | None = None
    at: float | None = None
    error: dict[str, Any] | None = None
