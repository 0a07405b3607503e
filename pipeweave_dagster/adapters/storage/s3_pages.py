"""The pages of a listing on S3, one after another or with the next one under way."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Page = Mapping[str, Any]
PageAfter = Callable[[dict[str, str]], Page]


def one_by_one(page_after: PageAfter) -> Iterator[Page]:
    """Yield pages, each asked for when it is wanted.

    Args:
        page_after: Requests a page, with the `ContinuationToken` of the one before it.
    """
    token: dict[str, str] | None = {}
    while token is not None:
        page = page_after(token)
        yield page
        token = _next(page)


def ahead(page_after: PageAfter) -> Iterator[Page]:
    """Yield pages while a thread asks for the next one: server and client work side by side.

    Args:
        page_after: As for `one_by_one`; it must be safe to call from another thread.
    """
    page: Page | None = page_after({})
    with ThreadPoolExecutor(1, "pipeweave-listing") as pool:
        while page is not None:
            token = _next(page)
            coming = pool.submit(page_after, token) if token is not None else None
            yield page
            page = coming.result() if coming is not None else None


def _next(page: Page) -> dict[str, str] | None:
    """Return the token of the page after this one; None after the last."""
    if not page.get("IsTruncated"):
        return None
    return {"ContinuationToken": page["NextContinuationToken"]}
