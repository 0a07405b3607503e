"""Change the settings of a data set that is known, and run it again."""

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.run_settings import save_settings
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import see
from pipeweave_dagster.web.work.run_pages import start_run
from pipeweave_dagster.web.work.setup_pages import checked_change, known_setup, show


def settings_form(request: Request) -> Response:
    """Show the settings of a data set."""
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.CONFIGURE, dataset)
    return show(request, known_setup(request.app.state.store, dataset))


@posted(Action.CONFIGURE)
def change_settings(request: Request, form: Form) -> Response:
    """Check the settings and write them; the sensor starts a run for the change."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    setup = known_setup(store, dataset)
    change = checked_change(request, setup, form, store.payload(setup.snapshot.data))
    if isinstance(change, Response):
        return change
    if not change.patch:
        return start_run(request, dataset)
    save_settings(store, dataset, *change)
    return see(f"/datasets/{dataset}/run")
