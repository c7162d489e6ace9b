"""Telling a client's address that its soundtrack has ended: signed, tried again, at least once.

Only hosts that the operator named are told, redirects are not followed, and the answer is not read.
The signature is HMAC-SHA256 over the time and the body, so that nobody can send an old one anew.
"""

import hashlib
import hmac
import http.client
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from foley_core.errors import StorageError

LOG = logging.getLogger("foley")
SIGNATURE = "Foley-Signature"
TIMEOUT_S = 10.0
PAUSES_S = (1.0, 5.0, 30.0)
"""Pauses before an address that did not take it is tried again."""

Send = Callable[[str, bytes, dict[str, str]], int]


def signature(secret: str, seconds: int, body: bytes) -> str:
    """Return the value of the header: `t=<seconds since 1970>,sha256=<hex>`."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class Webhooks:
    """A thread that tells addresses one after another."""

    def __init__(
        self, secret: str, told: Callable[[str], None], send: "Send | None" = None
    ) -> None:
        """Take what is needed.

        Args:
            secret: key of the signature.
            told: called with the id of a soundtrack of whose end an address was told, or will
                not be told. Where it raises StorageError, that end is told again at the next
                start.
            send: posts a body with headers to an address and returns the status of the answer.
        """
        self._secret = secret
        self._told = told
        self._send = send or post
        self._waiting: SimpleQueue[tuple[str, str, dict[str, Any]] | None] = SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def close(self) -> None:
        """End; what was not told is told when the service starts anew."""
        self._closed.set()
        self._waiting.put(None)
        self._thread.join(TIMEOUT_S)

    @property
    def is_closed(self) -> bool:
        """Return True once it is to end."""
        return self._closed.is_set()

    def tell(self, soundtrack_id: str, address: str, document: dict[str, Any]) -> None:
        """Have an address told of an end."""
        self._waiting.put((soundtrack_id, address, document))

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            soundtrack_id, address, document = waiting
            if self._taken(address, json.dumps(document).encode()) or not self._closed.is_set():
                try:
                    self._told(soundtrack_id)
                except StorageError as error:
                    LOG.warning("the webhook of %s is told again: %s", soundtrack_id, error)

    def _taken(self, address: str, body: bytes) -> bool:
        host = urlsplit(address).hostname
        for pause_s in (*PAUSES_S, 0.0):
            seconds = int(time.time())
            signed = {SIGNATURE: signature(self._secret, seconds, body)}
            try:
                status = self._send(address, body, {"Content-Type": "application/json", **signed})
            except (OSError, http.client.HTTPException, ValueError) as error:
                LOG.warning("the webhook at %s was not reached: %s", host, error)
            else:
                if 200 <= status < 300:
                    return True
                LOG.warning("the webhook at %s answered %d", host, status)
            if self._closed.wait(pause_s):
                break
        return False


def post(address: str, body: bytes, headers: dict[str, str]) -> int:
    """Post a body to an http or https address and return the status of the answer.

    Raises:
        OSError, HTTPException: it was not reached, or answers otherwise than HTTP does.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_S, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    try:
        query = f"?{parts.query}" if parts.query else ""
        connection.request("POST", (parts.path or "/") + query, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
