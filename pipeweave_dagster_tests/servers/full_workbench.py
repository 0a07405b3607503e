"""The pages over a home in which there is something to see on each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.factories.checked_dataset import put_checked
from pipeweave_dagster_tests.integration.stored_home import unpack
from pipeweave_dagster_tests.servers.served_pages import served
from pipeweave_dagster_tests.web.test_layout import crowd

_STORED = Path(__file__).parents[1] / "integration" / "earlier_release" / "home-0.2.0.tar.xz"
NAME, PASSWORD = "ada", "five words make a pass"
PAGES = (
    "/",
    "/overview",
    "/upload",
    "/schedules",
    "/audit",
    "/users",
    "/datasets/penguins",
    "/datasets/demo",
    "/datasets/checked",
    "/datasets/penguins/settings",
    "/datasets/penguins/run",
    "/datasets/checked/findings",
    "/datasets/demo/models?a=1&b=2",
    "/datasets/penguins/try",
    "/datasets/penguins/predict",
    "/datasets/nothing",
    "/api/v1/docs",
)
"""What somebody can open, without the login itself."""


@contextmanager
def full_workbench(folder: Path) -> Iterator[str]:
    """Serve a stored home with a trained data set, one of long texts, and one that is blocked.

    There is one administrator, `NAME` with `PASSWORD`.

    Args:
        folder: An empty folder for the home.
    """
    settings = Settings(
        home=unpack(_STORED, folder),
        jwt_secret_key="0123456789abcdef0123456789abcdef",
    )
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    crowd(store)
    put_checked(store, "checked")
    add_user(store, NAME, Role.ADMIN, PASSWORD)
    change = {"before": {"target": "sex"}, "after": {"target": "species"}}
    audit.record(store, "settings", "penguins", reason="the question has changed", **change)
    with served(create_app(store, settings)) as address:
        yield address


def log_in(page: Any, address: str) -> None:
    """Log in by the form."""
    page.goto(f"{address}/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").wait_for()
