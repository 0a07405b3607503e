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
    """Log in as the admin, open Dagster, the report and MLflow, and keep a picture of each."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(team.stack.url(DAGSTER) + "/runs")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(team.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(team.stack.url(DAGSTER) + "/**")
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
