"""Files of sources: every error names the line and shows no address."""

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.sources import parse_source

START = b"kind: postgres\nconnection: SHOP_DB\n"


def test_a_whole_file() -> None:
    source = parse_source(
        START + b"table: shop.orders\nincremental: {key: changed_at}\nschedule: '5 * * * *'\n"
        b"timezone: Europe/Berlin\n",
        "sources/orders.yaml",
    )
    assert source.described == "postgres table shop.orders"
    assert source.incremental is not None
    assert source.incremental.key == "changed_at"


def test_a_join_names_its_keys_by_a_word_a_list_or_a_map() -> None:
    for given in (b"tailnum", b"[tailnum]", b"{tailnum: tailnum}"):
        text = b"kind: join\nleft: flights\njoin:\n  - source: planes\n    on: " + given
        source = parse_source(text, "sources/both.yaml")
        assert source.join[0].on == {"tailnum": "tailnum"}
        assert source.upstream == ["flights", "planes"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (START + b"tabel: orders", "x, line 3: unknown key 'tabel'. Did you mean 'table'?"),
        (b"kind: oracle\nconnection: A\ntable: t", "x, line 1: invalid value 'oracle' for 'kind'"),
        (START, "x: the kind 'postgres' needs exactly one of: table, query."),
        (START + b"table: t\nquery: select 1", "exactly one of: table, query"),
        (START + b"collection: t", "exactly one of: table, query"),
        (b"kind: mysql\ntable: t", "x: the kind 'mysql' needs 'connection'"),
        (START + b"table: t\nschedule: daily", "x, line 4: invalid value 'daily' for 'schedule'"),
        (START + b"table: t\ntimezone: Nowhere", "x, line 4: invalid value 'Nowhere'"),
        (START + b"table: t\nincremental: {}", "x, line 4: invalid value"),
        (START + b"query: |\n  DROP TABLE t", "x, line 3: the query is refused: it is a DROP"),
        (b"kind: join\nleft: a\n", "x: a join needs 'left' and 'join'"),
        (b"- a", "x is not a mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: bytes, expected: str) -> None:
    with pytest.raises(PipeWeaveError) as refused:
        parse_source(text, "x")
    assert expected in refused.value.text


def test_an_address_in_the_file_is_refused_and_not_shown() -> None:
    text = b"kind: mysql\nconnection: mysql://ann:geheim@db/shop\ntable: t"
    with pytest.raises(PipeWeaveError) as refused:
        parse_source(text, "x")
    assert "name of an environment variable" in refused.value.text
    assert "geheim" not in str(refused.value.envelope())
