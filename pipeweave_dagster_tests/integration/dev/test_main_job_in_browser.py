"""The main job in the browser: upload, look, choose, run, try, predict; all of it recorded.

Left to `make soak`: it takes two more runs of what `test_line.py` has from a dropped file. Of the
same claim, `make test` has the forms in `web/work` (`test_uploads.py`, `test_run_pages.py`,
`test_model_pages.py`, `test_predict_pages.py`), what the script adds to them in a browser
(`test_script_in_browser.py`), and what is recorded (`web/test_audited_routes.py`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.servers.browser import keep_picture_of_failure
from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.soak,
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]
_PATIENCE_MS = 120_000
_FILE = Path(__file__).parents[3] / "examples" / "penguins.csv"


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A page that remembers what went wrong in it."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    page.set_default_timeout(_PATIENCE_MS)
    yield page
    keep_picture_of_failure(page, request.node, tmp_path / "page.png", full_page=True)
    page.close()


def test_from_a_file_to_predictions_without_the_command_line(
    dev: Dev, page: Any, tmp_path: Path
) -> None:
    page.goto(f"{dev.pages}/upload")
    page.get_by_label("File").set_input_files(_FILE)
    page.get_by_label("Data set").fill("birds")
    page.get_by_role("button", name="Upload and look inside").click()

    page.wait_for_url("**/upload/*")
    page.get_by_text("344 rows, 8 columns").wait_for()
    assert not dev.runs("birds")  # nothing is trained yet
    page.get_by_label("Target, the column to predict").select_option("sex")
    page.get_by_label("or seconds").fill("soon")
    page.get_by_role("button", name="Start the run").click()
    assert page.locator("#time_budget_s[aria-invalid=true]").count() == 1
    page.get_by_label("or seconds").fill("1")
    page.get_by_label("Use of year").select_option("Leave out")
    page.get_by_role("button", name="Start the run").click()

    page.wait_for_url("**/datasets/birds/run")
    page.get_by_text("Leaderboard", exact=False).first.wait_for()
    page.get_by_role("link", name="See the result").click()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("link", name="Try the champion").click()

    field = page.get_by_label("body_mass_g")
    before = page.inner_text("#result")
    field.fill("6100")
    page.wait_for_function("before => document.getElementById('result').innerText !== before",
                           arg=before)  # fmt: skip
    errors = page.inner_text("#errors")
    page.get_by_label("Cost of a false negative").fill("9")
    page.wait_for_function("before => document.getElementById('errors').innerText !== before",
                           arg=errors)  # fmt: skip

    page.goto(f"{dev.pages}/datasets/birds/predict")
    page.get_by_label("File with the rows").set_input_files(_FILE)
    page.get_by_role("button", name="Predict").click()
    with page.expect_download() as sent:
        page.get_by_role("link", name="Download CSV").click()
    lines = Path(sent.value.path()).read_text().splitlines()
    assert len(lines) == 345
    assert lines[0].startswith('"row_id","prediction",')

    page.goto(f"{dev.pages}/audit")
    log = page.inner_text("main")
    assert all(word in log for word in ("upload", "configure", "predict", "birds"))
    assert not [p for p in page.problems if "422" not in p]
