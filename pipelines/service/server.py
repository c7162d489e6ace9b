"""The service on one machine: a web server in this process, one worker process beside it."""

import socket

import uvicorn

from foley_core.errors import ConfigError
from pipelines.service.app import make_app
from pipelines.service.settings import ServiceSettings
from pipelines.service.soundtrack_service import SoundtrackService
from pipelines.service.worker import WorkerPerformer
from pipelines.standard_streams import say

SHUTDOWN_S = 5


def run_server(settings: ServiceSettings, token: str | None, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        token: that clients give; None lets everybody in.
        port: to listen at; 0 for any that is free.

    Raises:
        ConfigError: the output cannot be written, a setting cannot be used, or the address is
            another's.
        StorageError: the store failed.
        CheckpointError: there are no weights, or they cannot be used.
    """
    service = SoundtrackService(settings, [WorkerPerformer(settings)])
    try:
        listening = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        why = str(error.strerror or error).partition(" (while ")[0]
        raise ConfigError(
            f"cannot listen at {host}:{port} ({why}); give another --port or --host"
        ) from None
    with listening:
        # Before the web server takes Ctrl-C for itself: this may be a long wait.
        service.hold()
        place = f"http://{host}:{listening.getsockname()[1]}"
        say(f"serving soundtracks at {place}, kept in {settings.output}")
        config = uvicorn.Config(
            make_app(service, token),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
        uvicorn.Server(config).run(sockets=[listening])
