"""The HTTP API below `/api/v1`: thin routes over the services that commands use, too."""
