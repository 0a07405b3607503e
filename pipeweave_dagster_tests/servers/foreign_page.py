"""A page of another site that tries to use the servers that its visitor can reach."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from string import Template
from urllib.parse import quote

# What a page may send without asking the server first, and a WebSocket, which is never asked.
_PAGE = Template("""<!DOCTYPE html><title>Win a prize</title>
<img src="$dagster/graphql?query=$mutation">
<iframe src="$dagster/graphql?query=$mutation" name="inner"></iframe>
<iframe name="answer"></iframe>
<form method="post" action="$dagster/graphql?query=$mutation" target="answer"></form>
<script>
const plain = {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}};
const told = (name, value) => { document.body.dataset[name] = value; };
const socket = new Promise(done => {
  const ws = new WebSocket("$dagster/graphql".replace("http", "ws"), "graphql-ws");
  ws.onopen = () => done("open"); ws.onerror = () => done("closed");
});
Promise.allSettled([
  fetch("$dagster/graphql?query=$mutation", plain),
  fetch("$dagster/graphql", {...plain, body: $body}),
  fetch("$dagster/report_asset_materialization/stolen", plain),
  fetch("$mlflow/api/2.0/mlflow/experiments/create", {...plain, body: '{"name": "stolen"}'}),
  fetch("$dagster/server_info").then(a => a.text()).then(text => told("read", text)),
  socket.then(state => told("socket", state)),
]).then(() => { document.forms[0].submit(); setTimeout(() => told("done", "yes"), 500); });
</script>""")


@contextmanager
def foreign_page(host: str, dagster: str, mlflow: str, mutation: str) -> Iterator[str]:
    """Serve the page; gives its address.

    Args:
        host: A loopback address: that of the servers is the same site as theirs, others are not.
        dagster: Address of Dagster's web server.
        mlflow: Address of MLflow's server, in which it tries to make an experiment `stolen`.
        mutation: GraphQL that it tries to have executed.
    """
    body = json.dumps(json.dumps({"query": mutation}))
    page = _PAGE.substitute(dagster=dagster, mlflow=mlflow, mutation=quote(mutation), body=body)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join(5)
