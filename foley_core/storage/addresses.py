"""Addresses as text: schemes, keys, and the URIs of videos. No I/O."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from foley_core.errors import ConfigError, RowError

KEY_BYTES = 1000
SOURCE_SCHEMES = ("file", "s3")
HUB_SCHEME = "hf"
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PATH_BYTES, NAME_BYTES = 4095, 255
"""The longest path, and the longest name in one, that Linux takes: PATH_MAX without its end, and
NAME_MAX of every usual file system."""
_NOT_UTF8 = "is not UTF-8, so it cannot be stored; rename the file or folder"
FORBIDDEN_IN_KEYS = re.compile(r"[\x00-\x1f\x7f\\]|\?versionId=")


def split_scheme(uri: str) -> tuple[str, str]:
    """Return the scheme in small letters ("" for a plain path) and what follows it.

    `file:///a%20b` gives the path `/a b`; another host in a file URI stays in the path, which
    then is not absolute. All that looks like a scheme is one, as in `concat:…`: a plain path
    with a colon is written `./a:b`.
    """
    match = SCHEME.match(uri)
    if match is None:
        return "", uri
    scheme, rest = match[1].lower(), uri[match.end() :]
    if scheme == "file":
        return scheme, unquote(rest.removeprefix("//").removeprefix("localhost"))
    return scheme, rest.removeprefix("//")


def local_path(address: str | Path) -> Path | None:
    """Return the path of a plain path or `file://…` address; None for one of any other scheme."""
    if isinstance(address, Path):
        return address
    scheme, rest = split_scheme(address)
    return Path(rest) if scheme in ("", "file") else None


def absolute_address(address: str, base: Path | None = None) -> str:
    """Return an address that means the same from any folder: a URI as it is, a path made absolute.

    A colon alone makes no scheme here: people call folders `run-10:30`.

    Args:
        base: the folder that a relative path starts at; the current one where none is given.

    Raises:
        ConfigError: it is empty, no text, or no path of this system can be so.
    """
    if not address:
        raise ConfigError("an empty path names no place; the current folder is '.'")
    refuse_no_path(address)
    if "://" in address:
        return address
    try:
        absolute = str(((base or Path.cwd()) / address).resolve())
    except RuntimeError:
        raise ConfigError(f"the path {address!r} is a link that leads to itself") from None
    refuse_no_path(absolute)
    return absolute


def refuse_no_path(address: str) -> None:
    """Let pass what can be a path of this system, or is an address elsewhere.

    Raises:
        ConfigError: the system would refuse it, whatever is there.
    """
    path = local_path(address) if "://" in address else Path(address)
    fault = fault_of_path(str(path)) if path is not None else None
    if fault or not is_utf8(address):
        raise ConfigError(f"the path {_short(address)!r} {fault or _NOT_UTF8}")


def fault_of_path(path: str) -> str | None:
    """Return why the system would refuse a path, whatever is there; None where it would not."""
    if not is_utf8(path):
        return _NOT_UTF8
    if "\0" in path:
        return "holds a zero byte, which no path does"
    if len(path.encode()) > PATH_BYTES:
        return f"is longer than the {PATH_BYTES} bytes of the longest path"
    if any(len(name.encode()) > NAME_BYTES for name in path.split("/")):
        return f"holds a name of more than {NAME_BYTES} bytes, the longest there is"
    return None


def _short(text: str) -> str:
    """Return a text that a sentence can hold: of a long one its beginning."""
    return text if len(text) <= NAME_BYTES else f"{text[:60]}…"


def without_root(text: str, root: str, word: str = "the output") -> str:
    """Return a text for others, in which what lies below a root is named from there.

    Args:
        root: a folder's path or `s3://…`, without a slash at its end.
        word: stands for the root itself.
    """
    if not root.strip("/"):
        return text
    own = rf"(?:file://|(?<![\w.-])){re.escape(root)}"
    return re.sub(rf"{own}(?![\w/-]|\.\w)", word, re.sub(rf"{own}/(?=\S)", "", text))


def is_utf8(text: str) -> bool:
    """Return True for a text that can be stored; False for a name whose bytes are no text."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_in_hub(address: str) -> bool:
    """Return True for `hf://…`: files of a model hub, which are fetched before they are used."""
    return split_scheme(address)[0] == HUB_SCHEME


def checked_key(key: str) -> str:
    """Return the key, checked.

    Raises:
        ValueError: it breaks the rules of keys.
    """
    if not is_key(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def is_key(text: str) -> bool:
    """Return True for a text that is a storage key: see `Storage` for the rules."""
    return (
        all(part not in ("", ".", "..") for part in text.split("/"))
        and not FORBIDDEN_IN_KEYS.search(text)
        and len(text.encode(errors="surrogatepass")) <= KEY_BYTES
    )


def checked_uri(uri: str, schemes: Sequence[str] = SOURCE_SCHEMES, folder: str = "") -> str:
    """Return the absolute form of a video's URI; a relative path starts at `folder` (path or URI).

    Only looks at the text, so that a million rows are checked before anything is opened.

    Raises:
        RowError: a scheme that is not allowed, no path, or characters that no path holds.
    """
    scheme, rest = split_scheme(uri)
    if not rest or uri.startswith("|") or CONTROL.search(uri) or CONTROL.search(rest):
        raise RowError(f"uri {uri!r} names no file; give a path or s3://bucket/key")
    if not is_utf8(uri):
        raise RowError(f"uri {uri!r} {_NOT_UTF8}")
    if not scheme and not rest.startswith("/"):
        absolute = f"{folder}/{rest}" if folder else str(Path(rest).absolute())
        return checked_uri(absolute, schemes)
    if (scheme or "file") not in schemes:
        raise RowError(
            f"uri '{uri}' has the forbidden scheme '{scheme or 'file'}'; "
            f"allowed: {', '.join(schemes)}"
        )
    if scheme == "s3":
        bucket, _, key = rest.partition("/")
        if not BUCKET.fullmatch(bucket) or not is_key(key):
            raise RowError(f"uri '{uri}' is not of the form s3://bucket/key")
    if scheme != "s3" and (fault := fault_of_path(rest)):
        raise RowError(f"uri {_short(uri)!r} {fault}")
    if scheme == "file" and not rest.startswith("/"):
        raise RowError(f"uri '{uri}' names another host or no absolute path; use file:///path")
    return uri
