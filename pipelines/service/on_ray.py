"""The service on a cluster: the same application on Ray Serve, its performers as replicas.

`serve run pipelines.service.on_ray:service output=s3://…`, or `serve deploy cluster/serve.yaml`.

One replica answers and holds the queue; what it accepted lies in the output, so another one goes on
after its end. Performers come and go with the number of tasks that are worked at.
"""

import os
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from pydantic import Field
from ray import serve

from foley_core.errors import BrokeOffError, ConfigError, FoleyError
from pipelines.service.access import ENVIRONMENT, token_of
from pipelines.service.app import make_app
from pipelines.service.performing import (
    Doing,
    Performer,
    Task,
    Word,
    perform_and_tell,
    told_of,
)
from pipelines.service.settings import SECRET, ServiceSettings
from pipelines.service.soundtrack_service import SoundtrackService

OPEN_REQUESTS = 1000
"""Requests that the answering replica has open at a time: streams of progress stay open long."""


class ClusterSettings(ServiceSettings):
    """Settings of a service on a cluster.

    Attributes:
        most_performers: soundtracks that are made at a time, at most; each has a replica.
        least_performers: replicas that stay when there is nothing to do.
        performer_cpus: CPUs of a performer.
        performer_gpus: GPUs of a performer, for `device = "cuda"`.
    """

    most_performers: int = Field(4, ge=1, le=1000)
    least_performers: int = Field(1, ge=0, le=1000)
    performer_cpus: float = Field(1.0, ge=0.0, le=64.0)
    performer_gpus: float = Field(0.0, ge=0.0, le=8.0)


def service(settings: ClusterSettings) -> Any:
    """Return the application for `serve run` and `serve deploy`.

    Raises:
        ConfigError: every node would keep records of its own, since the output is in memory.
    """
    if settings.output.startswith("memory:"):
        raise ConfigError("output: every node needs the same place; name a bucket (s3://…)")
    performers: Any = serve.deployment(
        _PerformerReplica,
        name="performers",
        max_ongoing_requests=1,
        ray_actor_options={
            "num_cpus": settings.performer_cpus,
            "num_gpus": settings.performer_gpus,
        },
        autoscaling_config={
            "min_replicas": settings.least_performers,
            "max_replicas": settings.most_performers,
            "target_ongoing_requests": 1,
        },
    )
    answering: Any = serve.deployment(
        serve.ingress()(_AnsweringReplica),
        name="answering",
        num_replicas=1,
        max_ongoing_requests=OPEN_REQUESTS,
        ray_actor_options={"num_cpus": 0.5},
    )
    return answering.bind(settings, performers.bind(settings))


class _AnsweringReplica:
    """Takes requests, holds the queue."""

    def __init__(self, settings: ClusterSettings, performers: Any) -> None:
        secret = os.environ.get(SECRET, settings.webhook_secret)
        self._settings = settings.model_copy(update={"webhook_secret": secret})
        self._performers = performers

    def __serve_build_asgi_app__(self) -> Any:
        if not (said := os.environ.get(ENVIRONMENT)):
            raise ConfigError(f"set {ENVIRONMENT} on every node: the token that clients give")
        token, _ = token_of(None, said)
        count = self._settings.most_performers
        performers = [RemotePerformer(self._performers) for _ in range(count)]
        return make_app(SoundtrackService(self._settings, performers), token)


class _PerformerReplica:
    """Performs one task at a time, its models loaded once."""

    def __init__(self, settings: ClusterSettings) -> None:
        from pipelines.service.here_performer import HerePerformer  # imports torch
        from pipelines.stage_arguments import keep_models

        keep_models()
        self._performer: Performer = HerePerformer(settings)
        self._performer.prepare()

    def perform(self, task: Task) -> Iterator[Word]:
        """Yield what is being done, at last `done` or `failed`."""
        said: SimpleQueue[Word] = SimpleQueue()
        Thread(
            target=perform_and_tell,
            args=(self._performer, task, said.put),
            name="performer",
            daemon=True,
        ).start()
        while True:
            word = said.get()
            yield word
            if word[0] != "doing":
                return


class RemotePerformer(Performer):
    """Has tasks performed by a replica that is free, from a thread of the answering one."""

    def __init__(self, performers: Any) -> None:
        self._performers = performers.options(stream=True)

    def prepare(self) -> None:
        """Do nothing: replicas load their models when they start."""

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        try:
            return told_of(self._performers.perform.remote(task), doing)
        except FoleyError:
            raise
        except Exception as error:
            raise BrokeOffError(f"a performer was lost: {type(error).__name__}") from error

    def close(self) -> None:
        """Do nothing: replicas end with the application."""
