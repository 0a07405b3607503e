"""The main job over HTTP, with Python's standard library alone.

`python main_job_over_http.py FILE DATASET TARGET` uploads a table, trains a model on it and
predicts its first rows. `PIPEWEAVE` is the address of the pages, `PIPEWEAVE_TOKEN` a token, where
there are users.
"""

import csv
import hashlib
import json
import os
import sys
import urllib.request
import uuid
from pathlib import Path
from typing import Any

SERVER = os.environ.get("PIPEWEAVE", "http://127.0.0.1:8000")
TOKEN = os.environ.get("PIPEWEAVE_TOKEN")
BUDGET_S = float(os.environ.get("BUDGET_S", "20"))


def send(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Any:
    """Send a request; the response is open."""
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310
    return urllib.request.urlopen(request, timeout=600)  # noqa: S310 - the address of the server


def api(method: str, path: str, content: dict[str, Any] | None = None) -> Any:
    """Call the API, and return the data of the answer."""
    headers = {"Content-Type": "application/json"}
    if TOKEN:
        headers["Authorization"] = f"Bearer {TOKEN}"
    body = None if content is None else json.dumps(content).encode()
    with send(method, f"{SERVER}/api/v1{path}", body, headers) as response:
        return json.load(response)["data"]


def as_form(fields: dict[str, str], file: bytes) -> tuple[bytes, str]:
    """Return a form with the fields and the file, and its content type; S3 wants one."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = b"".join([*parts, head.encode(), file, f"\r\n--{mark}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={mark}"


def upload(dataset: str, path: Path, target: str) -> str:
    """Send a file, say that it is complete, and return the id of the job that this starts."""
    data = path.read_bytes()
    wanted = {"dataset": dataset, "file_name": path.name}
    address = api("POST", "/datasets/upload-url", wanted)
    body, headers = data, dict(address["headers"])
    if address["method"] == "POST":
        body, headers["Content-Type"] = as_form(address["fields"], data)
    send(address["method"], address["url"], body, headers).close()
    seal = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    train = {"target": target, "time_budget_s": BUDGET_S}
    complete = {"upload_id": address["upload_id"], **seal, "train": train}
    done = api("POST", f"/datasets/{dataset}/complete", complete)
    return str(done["job"]["run_id"])


def follow(job: str) -> dict[str, Any]:
    """Print the steps of a job until it has ended, and return its result."""
    headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    logs = f"{SERVER}/api/v1/training/jobs/{job}/logs?follow=true"
    with send("GET", logs, None, headers) as response:
        for line in response:
            entry = json.loads(line)
            if entry.get("event") in {"STEP_START", "STEP_FAILURE"}:
                print(f"{entry['step']}: {entry['event']}")  # noqa: T201
    facts: dict[str, Any] = api("GET", f"/training/jobs/{job}")
    if facts["error"]:
        sys.exit(facts["error"]["message"])
    result: dict[str, Any] = facts["result"]
    return result


def main() -> None:
    """Do the whole job, and print what came of it as JSON."""
    path, dataset, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    result = follow(upload(dataset, path, target))
    (report, *_) = api("GET", f"/eda/{dataset}/reports")
    with path.open(newline="") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(5), strict=False)]
    predictions = api("POST", f"/predictions/{dataset}", {"rows": rows})
    summary = {
        "dataset": api("GET", f"/datasets/{dataset}")["summary"]["dataset"],
        "highlights": api("GET", f"/eda/reports/{report['report']}")["highlights"],
        "pipeline": api("GET", f"/pipelines/{dataset}")["pipeline"]["target"],
        "model": result["model"]["winner"],
        "score": result["model"]["score"],
        "champion": api("GET", f"/models/{dataset}")["link"]["model_version"],
        "predictions": [row["prediction"] for row in predictions["predictions"]],
    }
    print(json.dumps(summary, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
