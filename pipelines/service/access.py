"""Access to the service: those who know its token have it.

The check stands before everything else, so nobody without the token can send a body. A browser,
which cannot put a header on a picture or a sound, keeps the token in a cookie that no script reads.
"""

import secrets
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from foley_core.errors import ConfigError

COOKIE = "foley_token"
SIGN_IN = "/session"
OPEN_PATHS = frozenset(
    {"/health", "/openapi.json", SIGN_IN}
    | {f"{SIGN_IN}/{name}" for name in ("sign_in.js", "style.css", "icon.svg")}
)
"""Paths answered without a token: a sign of life, the description of the service, a sign-in."""
LEAST_CHARS = 16
ENVIRONMENT = "FOLEY_TOKEN"


class TokenGate:
    """Lets requests with the token pass; others are answered 401 before their body is read."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and self.token and scope["path"] not in OPEN_PATHS
        if asked and not is_token(self.token or "", _given(Headers(scope=scope))):
            told = {"detail": "give the service's token: Authorization: Bearer …"}
            answer: Response = JSONResponse(told, 401, {"WWW-Authenticate": "Bearer"})
            if _is_page(scope):
                answer = RedirectResponse(f"{SIGN_IN}#{quote(scope['path'])}", 303)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    """Return True where a person's browser asks for a page: it is sent to sign in."""
    wanted = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "/page" in scope["path"] and "text/html" in wanted


def is_token(token: str, given: str) -> bool:
    """Return True for the token itself; takes as long for any other of its length."""
    return secrets.compare_digest(token.encode(), given.encode(errors="replace"))


def _given(headers: Headers) -> str:
    scheme, _, said = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return said.strip()
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


def token_of(file: Path | None, environment: str | None) -> tuple[str, bool]:
    """Return the token, and whether it is new: of the file, else of the environment, else made.

    A file that is not there is written, for its owner's eyes, so that a restart has the same token.

    Raises:
        ConfigError: the file cannot be read or written, or the token is too short.
    """
    if file is None and environment:
        return _checked(environment, ENVIRONMENT), False
    token = secrets.token_urlsafe(32)
    if file is None:
        return token, True
    try:
        if file.exists():
            return _checked(file.read_text(encoding="utf-8").strip(), str(file)), False
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(token + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"--token-file {file}: the token cannot be read or written there ({error.strerror}); "
            "name a file in a folder that is there and that you may write to"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"--token-file {file}: this is no text, and so no token") from None
    return token, True


def _checked(token: str, place: str) -> str:
    if len(token) < LEAST_CHARS or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            f"{place}: a token has at least {LEAST_CHARS} letters, digits or signs, and no space"
        )
    return token
