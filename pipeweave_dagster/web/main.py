"""The ASGI application for a server: `uvicorn pipeweave_dagster.web.main:app`."""

from pipeweave_dagster.adapters.logs import configure
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app

_settings = Settings()
configure(_settings.profile, _settings.log_level)
app = create_app(Workbench(_settings).store, _settings)
