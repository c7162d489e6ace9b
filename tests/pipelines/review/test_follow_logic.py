"""The picture follows the sound: within 40 ms one second after whatever took it off.

The page's own logic against a picture that does what it is told, by a clock that the test turns.
"""

import json
import subprocess
from shutil import which

import pytest

from pipelines.review.page_assets import page_file

FRAME_S = 0.04
SIMULATED = """
globalThis.window = { foley: {} };
let now = 0;
Object.defineProperty(globalThis, "performance", { value: { now: () => now * 1000 } });
%s
function follow(late, rate, seekTakes) {
  const video = {
    at: 10 + late, playbackRate: rate, readyState: 4, ends: null, told: [],
    get seeking() { return this.ends !== null; },
    get currentTime() { return this.at; },
    set currentTime(seconds) { this.at = seconds; this.ends = now + seekTakes; },
    addEventListener(_, done) { this.told.push(done); },
  };
  const picture = new window.foley.Picture(null);
  picture.video = video;
  const begun = now, found = [];
  while (now - begun < 4) {
    const passed = now - begun;
    if (Math.round(passed * 1000) %% 100 === 0) picture.follow(10 + rate * passed, rate);
    now += 0.01;
    if (video.ends !== null && now >= video.ends) {
      video.ends = null;
      video.told.splice(0).forEach((done) => done());
    }
    if (video.ends === null) video.at += 0.01 * video.playbackRate;
    found.push([now - begun, video.at - 10 - rate * (now - begun)]);
  }
  return found;
}
console.log(JSON.stringify(%s.map((one) => follow(...one))));
"""
FAR_AND_NEAR = [-3.0, -0.39, -0.2, -0.073, -0.02, 0.0, 0.02, 0.15, 0.39, 0.5]


@pytest.mark.skipif(which("node") is None, reason="needs node")
@pytest.mark.parametrize("rate", [1, 2])
@pytest.mark.parametrize("seek_takes_s", [0.03, 0.25])
def test_it_is_within_a_frame_after_a_second_and_stays(rate: int, seek_takes_s: float) -> None:
    cases = [[late, rate, seek_takes_s] for late in FAR_AND_NEAR]
    code = SIMULATED % (page_file("picture.js").decode(), json.dumps(cases))
    done = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True)
    for (late, *_), found in zip(cases, json.loads(done.stdout), strict=True):
        worst = max(abs(off) for at, off in found if at >= 1 + seek_takes_s)
        assert worst < FRAME_S, late
