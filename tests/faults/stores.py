"""An S3 server behind faults: 503, cut and slow answers, 500 after a write, replaced objects."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import jobs
import videos
from s3_server import S3Server, environment, running_proxy, running_server

from faults.counted import Counts
from faults.scene import FEATURE, Attempt, at_moment, scene
from foley_core.storage.store import Storage

MODES = {
    "503 to three of ten": "503:0.3",
    "cut answers": "cut:400000",
    "slow answers": "slow:200000",
}
SHARE_500 = 0.2


def stores(folder: Path) -> dict[str, Counts]:
    """Each fault from the first request of a job to its last."""
    folder.mkdir(parents=True)
    with running_server(folder) as server, running_proxy(server) as proxy:
        os.environ.update(server.environment())
        found = {}
        for name, mode in MODES.items():
            proxy.set(mode)
            found[f"S3: {name}"] = _job(folder / mode.split(":")[0], server, proxy.environment())
            proxy.set("ok")
        with _answers_500(server.port) as port:
            through = environment(f"http://127.0.0.1:{port}")
            found["S3: 500 after the write"] = _job(folder / "500", server, through)
        found["S3: videos replaced while read"] = _replaced(folder / "replaced", server)
        return found


def _job(folder: Path, server: S3Server, through: dict[str, str]) -> Counts:
    of = scene(folder, count=2, output=f"{server.make_bucket()}/out")
    of.environment = through
    of.tried()
    of.run()
    return of.judge()


def _replaced(folder: Path, server: S3Server) -> Counts:
    """Videos in a bucket, each put there anew, and longer, once the first of them was seen."""
    of = scene(folder, settings='tier = "light"\n')
    bucket = server.make_bucket()
    of.environment = server.environment()
    place = folder / "videos"
    for name in of.videos:
        Storage(bucket).put_file(f"{name}.mp4", place / f"{name}.mp4")
    rows = [{"video_id": name, "uri": f"{bucket}/{name}.mp4"} for name in of.videos]
    jobs.catalogue(folder, rows, settings='tier = "light"\n', regions=of.regions)

    def replace(_: Attempt) -> None:
        longer = videos.render(place / "longer.mp4", seconds=2)
        for name in of.videos:
            Storage(bucket).put_file(f"{name}.mp4", longer)

    at_moment(of, FEATURE, replace, [0, 1])
    of.run()
    return of.judge()


@contextmanager
def _answers_500(port: int) -> Iterator[int]:
    """A proxy that hands every request on, and says 500 to a share of those that it wrote."""
    rng = random.Random(5)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Expect"):
                del self.headers["Expect"]
            upstream = HTTPConnection("127.0.0.1", port, timeout=30)
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            content = answer.read()
            failed = self.command != "GET" and rng.random() < SHARE_500
            self.send_response(500 if failed else answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            size = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
            self.send_header("Content-Length", str(size or 0))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            upstream.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()
