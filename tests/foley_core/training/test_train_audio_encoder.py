"""Classes without recordings get computed sounds; what is taught is found again by ear."""

import torch

from foley_core.models.embedded.perception_net import ACTIONS, JOINT_WIDTH
from foley_core.training.joint_space import AudioEncoder, Recordings
from foley_core.training.train_audio_encoder import retrieval, train_audio_encoder, with_computed


def no_recordings() -> Recordings:
    return Recordings(torch.zeros(0, 48, 50), torch.zeros(len(ACTIONS), 0, dtype=torch.bool))


def test_every_class_has_enough_sounds() -> None:
    corpus = with_computed(no_recordings(), 2, seed=0)
    assert (corpus.may_be.sum(dim=1) == 2).all()
    assert corpus.images.shape == (2 * len(ACTIONS), 48, 50)
    again = with_computed(corpus, 2, seed=0)
    assert len(again.images) == len(corpus.images)


def test_what_was_taught_is_found_by_ear() -> None:
    torch.manual_seed(0)
    prototypes = torch.randn(len(ACTIONS), JOINT_WIDTH)
    sights = torch.nn.functional.normalize(prototypes, dim=-1).numpy()
    corpus = with_computed(no_recordings(), 4, seed=1_000)
    audio = AudioEncoder()
    classes = list(range(len(ACTIONS)))
    before = retrieval(sights, classes, audio.eval(), corpus)
    train_audio_encoder(audio, prototypes, no_recordings(), 15, seed=0)
    after = retrieval(sights, classes, audio, corpus)
    assert after["retrieval_r1_of_100"] > 2 * before["retrieval_r1_chance"]
    assert before["retrieval_r1_chance"] < 0.1
    assert retrieval(sights, classes, audio, corpus) == after
