"""Facts for every test: one thread a process, no colour."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
