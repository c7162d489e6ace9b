"""Facts for every test: one thread a process, no colour."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from s3_server import fault_proxy, s3_bucket, s3_server

__all__ = ["fault_proxy", "s3_bucket", "s3_server"]
