"""Features that have been kept for long enough go, at the end of a job.

Only then, since a running job relies on what it found at its start. What is gone is computed again
when it is asked for, as long as its video is there.
"""

import time

from foley_core.storage.store import Storage

FEATURES_FOLDER = "features/"
DAY_S = 86_400.0


def expire_features(store: Storage, days: int, now_s: float | None = None) -> int:
    """Remove features, detections and what is known of video files, written over `days` days ago.

    Args:
        now_s: seconds since 1970; the clock's without one.

    Returns:
        How many objects went.

    Raises:
        StorageError: the store failed.
    """
    latest_s = (time.time() if now_s is None else now_s) - days * DAY_S
    expired = [item.key for item in store.list(FEATURES_FOLDER) if item.modified_s < latest_s]
    for key in expired:
        store.delete(key)
    return len(expired)
