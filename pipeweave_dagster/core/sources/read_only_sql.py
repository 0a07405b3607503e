"""Accept a query only if a parser proves that it reads, and nothing else.

The database refuses writes as well, since its session is read-only. Both are needed: the parser
gives a clear error before anything is connected, and knows functions that change more than rows.
"""

import logging
import re
from types import ModuleType
from typing import Any

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error

DIALECTS = {"postgres": "postgres", "mysql": "mysql", "cratedb": "postgres"}
"""The dialect that the parser knows for each kind of source."""
INSTALL_SOURCES = "Install the extra 'sources': pip install 'pipeweave[sources]'."

# Functions that a read-only transaction lets through although they change the server, read its
# files, reach other servers or only block it.
_UNSAFE = re.compile(
    r"(pg_(terminate|cancel|reload|rotate|read|ls|stat_file|sleep|advisory|try_advisory|logical"
    r"|create|drop|switch|start|stop|promote|export|replication|notify|log)\w*"
    r"|lo_\w+|dblink\w*|set_config|setval|nextval|query_to_xml\w*|table_to_xml\w*|database_to_xml\w*"
    r"|txid_current|load_file|sleep|benchmark|get_lock|release_lock|release_all_locks"
    r"|master_pos_wait|sys_exec|sys_eval|nextvalue)",
    re.IGNORECASE,
)


def read_only(sql: str, dialect: str, where: str) -> str:
    """Return the query as the parser has understood it, for execution; comments are removed.

    Args:
        sql: One SELECT (or WITH … SELECT, UNION, VALUES).
        dialect: `postgres` or `mysql`.
        where: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is anything else, or calls a function that acts on
            the server.

    Example:
        >>> read_only("select a from t -- all", "postgres", "query")
        'SELECT a FROM t'
        >>> read_only("DELETE FROM t", "postgres", "query")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        pipeweave_dagster.core.errors.PipeWeaveError: ... query: it is a DELETE, ...
    """
    sqlglot = _sqlglot()
    exp: Any = sqlglot.exp
    statements = _parsed(sqlglot, sql, dialect, where)
    if len(statements) != 1:
        raise _refused(where, f"it has {len(statements)} statements, not one SELECT")
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        raise _refused(where, f"it is a {_word(statement)}, not a SELECT")
    writing = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Copy, exp.Set, exp.Merge)
    for node in statement.walk():
        if isinstance(node, writing) and not isinstance(node, exp.Query):
            raise _refused(where, f"it contains {_word(node)}")
        if isinstance(node, exp.Func) and (name := _unsafe_name(node)):
            raise _refused(where, f"it calls {name}, which does more than read rows")
    # What runs is what was checked: comments, which some servers execute, are not in the tree.
    return str(statement.sql(dialect=dialect, comments=False, normalize_functions=False))


def _parsed(sqlglot: Any, sql: str, dialect: str, where: str) -> list[Any]:
    try:
        found = sqlglot.parse(sql, dialect=dialect)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError) as error:
        details = getattr(error, "errors", None) or [{}]
        line = details[0].get("line")
        place = f" in line {line} of it" if line else ""
        raise _refused(where, f"it cannot be parsed as {dialect} SQL{place}") from None
    return [statement for statement in found if statement is not None]


def _unsafe_name(node: Any) -> str | None:
    names = {str(node.name or ""), str(node.sql_name()) if hasattr(node, "sql_name") else ""}
    return next((name for name in sorted(names) if name and _UNSAFE.fullmatch(name)), None)


def _word(node: Any) -> str:
    return {"Into": "SELECT INTO", "Lock": "FOR UPDATE"}.get(
        type(node).__name__, str(type(node).__name__).upper()
    )


def _refused(where: str, reason: str) -> PipeWeaveError:
    return validation_error(
        f"{where}: the query is refused: {reason}.",
        fix="Write one SELECT that only reads, or name a table.",
        key="query",
    )


def _sqlglot() -> ModuleType:
    try:
        import sqlglot
    except ImportError:
        raise validation_error(
            "A source in a database needs the package 'sqlglot'.", fix=INSTALL_SOURCES
        ) from None
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote the query
    return sqlglot
