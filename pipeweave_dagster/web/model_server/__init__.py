"""A server that scores rows with the champion of one data set."""

from pipeweave_dagster.web.model_server.app import create_server
from pipeweave_dagster.web.model_server.champion import FollowedChampion

__all__ = ["FollowedChampion", "create_server"]
