"""The token: from a file, the environment or made; compared in constant time."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from foley_core.errors import ConfigError
from pipelines.service.access import is_token, token_of


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "token"
    token, new = token_of(file, "of-the-environment-x")
    assert new
    assert file.stat().st_mode & 0o777 == 0o600
    assert token_of(file, None) == (token, False)
    assert len(token) >= 32


def test_without_a_file_the_environment_has_it_or_it_is_made() -> None:
    assert token_of(None, "a-token-of-the-tests") == ("a-token-of-the-tests", False)
    first, second = token_of(None, None), token_of(None, "")
    assert first[1]
    assert second[1]
    assert first[0] != second[0]


@pytest.mark.parametrize("text", ["short", "with a space in it all", "ünïcode-token-of-tests", ""])
def test_a_poor_token_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="at least 16"):
        token_of(file, None)


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"cannot be read or written there \(Is a directory\); name"
    ):
        token_of(tmp_path, None)
    with pytest.raises(
        ConfigError, match=r"written there \(No such file or directory\); name a file"
    ):
        token_of(tmp_path / "no folder" / "token", None)
    (tmp_path / "video").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="no text, and so no token"):
        token_of(tmp_path / "video", None)


def test_a_comparison_takes_as_long_for_any_text(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[Any, Any]] = []

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(secrets, "compare_digest", compare)
    assert not is_token("a-token", "ünï\ud800")
    assert compared == [(b"a-token", "ünï?".encode())]
