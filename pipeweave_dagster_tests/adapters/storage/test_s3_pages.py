"""The pages of a listing: all of them, once, and no more requests than are wanted."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeweave_dagster.adapters.storage.s3_pages import Page, PageAfter, ahead, one_by_one

Pages = Callable[[PageAfter], Iterator[Page]]


class Server:
    """Answers with pages by number, and notes which were asked for."""

    def __init__(self, pages: int, *, fails_at: int | None = None) -> None:
        self.pages, self.fails_at = pages, fails_at
        self.asked: list[int] = []
        self.threads: set[threading.Thread] = set()

    def __call__(self, token: dict[str, str]) -> dict[str, Any]:
        number = int(token.get("ContinuationToken", "0"))
        self.asked.append(number)
        self.threads.add(threading.current_thread())
        if number == self.fails_at:
            raise ConnectionError("away")
        more = number + 1 < self.pages
        following = {"IsTruncated": True, "NextContinuationToken": str(number + 1)} if more else {}
        return {"number": number, **following}


@pytest.mark.parametrize("listed", [ahead, one_by_one])
@pytest.mark.parametrize("pages", [1, 2, 5])
def test_each_page_comes_once_and_in_order(listed: Pages, pages: int) -> None:
    server = Server(pages)
    assert [page["number"] for page in listed(server)] == list(range(pages))
    assert server.asked == list(range(pages))


def test_next_page_is_asked_for_before_it_is_wanted() -> None:
    server = Server(5)
    pages = ahead(server)
    next(pages)
    pages.close()
    assert server.asked in ([0, 1], [0])
    assert not any(t.is_alive() for t in server.threads - {threading.current_thread()})


def test_pages_one_by_one_ask_for_nothing_more() -> None:
    server = Server(5)
    next(one_by_one(server))
    assert server.asked == [0]


@pytest.mark.parametrize("listed", [ahead, one_by_one])
def test_failed_request_ends_the_listing(listed: Pages) -> None:
    pages = listed(Server(5, fails_at=2))
    assert [next(pages)["number"] for _ in range(2)] == [0, 1]
    with pytest.raises(ConnectionError, match="away"):
        next(pages)
