"""The environment of a worker process: what its work needs, and no secret besides.

A worker reads files of strangers, or runs libraries and steps that others wrote. Whatever takes
over such a process finds in its environment neither the database nor the keys of other services.
"""

import os
import re
from typing import Literal

Access = Literal["none", "network", "mlflow"]
"""What a worker reaches: nothing, a service over HTTP, or MLflow with its store of files."""

_PLAIN = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|VIRTUAL_ENV|PYTHON\w+|XDG_\w+"
    r"|LD_LIBRARY_PATH|DYLD_\w+|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|MALLOC_\w+|MPLCONFIGDIR"
    r"|(OMP|OPENBLAS|MKL|NUMEXPR|KMP|CUDA|NVIDIA|JOBLIB|SKLEARN|ARROW|DUCKDB|DASK)_\w+"
    r"|PIPEWEAVE_\w+|LOG_LEVEL",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    r"(HTTPS?|ALL|NO)_PROXY|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GRPC_\w+", re.IGNORECASE
)
_MLFLOW = re.compile(
    r"MLFLOW_\w+|AWS_\w+|S3_\w+|AZURE_\w+|GOOGLE_APPLICATION_CREDENTIALS", re.IGNORECASE
)
# Even where the name fits: a database that only servers open, and addresses with passwords.
_NEVER = re.compile(
    r"MLFLOW_BACKEND_STORE_URI|MLFLOW_FLASK\w+|PIPEWEAVE_SERVICES|PIPEWEAVE_ALERT_\w+"
    r"|PIPEWEAVE_\w*(PASSWORD|SECRET|TOKEN|KEY)\w*",
    re.IGNORECASE,
)
_ALLOWED = {"none": [_PLAIN], "network": [_PLAIN, _NETWORK], "mlflow": [_PLAIN, _NETWORK, _MLFLOW]}


def environment_for(access: Access) -> dict[str, str]:
    """Return the variables of this process that a worker with this access gets.

    Variables of your own that a step needs are passed on if their name begins with `PIPEWEAVE_`.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not _NEVER.fullmatch(name) and any(kind.fullmatch(name) for kind in _ALLOWED[access])
    }
