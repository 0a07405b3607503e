"""Runs of Dagster, started and followed through its web server.

The pages need no database, no workers and no Dagster of their own for that: what the web UI can do,
they can do by the same requests. Commands use Dagster's instance instead, which needs no server.
"""

from pipeweave_dagster.adapters.dagster_server.graphql import GraphQL, graphql_of
from pipeweave_dagster.adapters.dagster_server.launches import Launch
from pipeweave_dagster.adapters.dagster_server.server import DagsterServer

__all__ = ["DagsterServer", "GraphQL", "Launch", "graphql_of"]
