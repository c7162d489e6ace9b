"""Features go when they are old, on the day they are old, and nothing else goes."""

from pathlib import Path

from foley_core.storage.store import Storage
from pipelines.privacy.retention import DAY_S, expire_features


def test_only_old_features_go(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    for key in ("features/v2/a", "features/spans-v1/b", "tracks/c", "stems-store/d"):
        store.put(key, b"x")
    written_s = max(item.modified_s for item in store.list())
    assert expire_features(store, 30, written_s + 29 * DAY_S) == 0
    assert expire_features(store, 30, written_s + 31 * DAY_S) == 2
    assert [item.key for item in store.list()] == ["stems-store/d", "tracks/c"]
    assert expire_features(store, 30, written_s + 31 * DAY_S) == 0


def test_no_days_is_all(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    store.put("features/v2/a", b"x")
    assert expire_features(store, 0, next(store.list()).modified_s + 1.0) == 1
