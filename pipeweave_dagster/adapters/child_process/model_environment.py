"""The environment of a process that fits models or predicts with them.

Numerical libraries read it when they are loaded, so it is set before they are imported.
"""

import os

MODEL_ENVIRONMENT = {
    # Threads of one fit that wait for each other sleep: spinning, they make every fit five to
    # twenty times slower as soon as another process wants the cores.
    "OMP_WAIT_POLICY": "PASSIVE",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Weights of foundation models are local files: what loads them must not look for newer ones.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "PYTHONWARNINGS": "ignore",
}


def set_model_environment() -> None:
    """Set it in this process, where the user has not set a variable otherwise."""
    for name, value in MODEL_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
