"""Models that are loaded late are called what they would be called early."""

import sys
from subprocess import run

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.deferred import DeferredGenerator, DeferredPerception
from foley_core.models.embedded.perception import Perception


def test_names_and_lengths_are_those_of_the_loaded_model() -> None:
    late = DeferredGenerator("cpu", "draft", "light")
    loaded = EmbeddedGenerator(quality="draft", tier="light")
    assert late.identity == loaded.identity
    for name in taxonomy().classes:
        assert late.longest_samples(name) == loaded.longest_samples(name)
    assert DeferredPerception().identity == Perception().identity


def test_a_worker_without_work_loads_no_torch() -> None:
    code = (
        "import sys; from foley_core.models.embedded.deferred import *;"
        "DeferredPerception(); DeferredGenerator('cpu', 'draft', 'full');"
        "import pipelines.stages.generate, pipelines.stages.perceive, pipelines.stages.mix;"
        "sys.exit('torch' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
