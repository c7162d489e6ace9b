"""`make faults`: try every fault, print a table, end with 1 where a count is not 0.

`make faults ONLY=kills,pairs` tries some kinds: kills, signals, disks, stores, pairs, mutations.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from faults.counted import Counts, markdown
from faults.disks import disks
from faults.kills import kills
from faults.mutations import mutations
from faults.pairs import pairs
from faults.signals import signals
from faults.stores import stores

KINDS: dict[str, Callable[[Path], dict[str, Counts]]] = {
    "kills": kills,
    "signals": signals,
    "disks": disks,
    "stores": stores,
    "pairs": pairs,
    "mutations": mutations,
}


def main(only: str) -> int:
    """Try some kinds of faults, or all; the exit code."""
    names = [name for name in only.split(",") if name] or list(KINDS)
    if unknown := [name for name in names if name not in KINDS]:
        print(f"no such faults: {', '.join(unknown)}; there are: {', '.join(KINDS)}")
        return 2
    lines: dict[str, Counts] = {}
    with TemporaryDirectory(prefix="foley-faults-") as folder:
        for name in names:
            began = time.monotonic()
            found = KINDS[name](Path(folder) / name)
            lines |= found
            seconds = time.monotonic() - began
            print(f"{name}: {sum(found.values(), Counts())}, {seconds:.0f} s", flush=True)
    print(markdown(lines))
    return 0 if all(counts.holds for counts in lines.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
