"""A browser in front of the proxy."""

from pathlib import Path
from typing import Any

from pipeweave_dagster_tests.deploy.team import DAGSTER, DATASET, MLFLOW, MODEL, PAGES, Team
from pipeweave_dagster_tests.servers.browser import opened_browser

_PATIENCE_MS = 60_000


def look(team: Team, folder: Path) -> list[Path]:
    """As `look_with`, with a browser of its own."""
    with opened_browser() as browser:
        return look_with(browser, team, folder)


def look_with(browser: Any, team: Team, folder: Path) -> list[Path]:
    """Open Dagster, the report and MLflow with the admin's password, and keep a picture of each."""
    password = team.stack.variables["PIPEWEAVE_ADMIN_PASSWORD"]
    context = browser.new_context(
        http_credentials={"username": "admin", "password": password},
        viewport={"width": 1280, "height": 900},
    )
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    views = [
        (
            DAGSTER,
            f"/assets/model_evaluation?view=partitions&partition={DATASET}",
            "baseline (constant)",
        ),
        (PAGES, f"/datasets/{DATASET}", "Data report"),
        (PAGES, team.report_path(), "body_mass_g"),
        (MLFLOW, f"/#/models/{MODEL}/versions/1", "champion"),
    ]
    pictures = []
    for number, (port, path, text) in enumerate(views):
        page.goto(team.stack.url(port) + str(path))
        page.get_by_text(text).first.wait_for()
        pictures.append(folder / f"view-{number}-{port}.png")
        page.screenshot(path=pictures[-1])
    context.close()
    return pictures
