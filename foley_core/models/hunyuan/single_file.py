"""A single file of the public weights given in place of their folder, as published guides write it.

The file says which model it is: its tensors have the shapes of one of them. The other files must
lie beside it, as in any folder of public checkpoints.
"""

from contextlib import suppress
from pathlib import Path
from typing import cast

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.published import (
    DENOISER_FILES,
    WEIGHTS_SUFFIXES,
    GeneratorName,
    ModelName,
    Published,
    candidates,
)
from foley_core.storage.addresses import fault_of_path, local_path

MODELS = tuple(cast(ModelName, name) for name in DENOISER_FILES)
_MAY_STAND_THERE = (
    "a folder may stand there, or one of the public files of HunyuanVideo-Foley, such as "
    f"{DENOISER_FILES['hunyuan-xxl']}, with the others beside it ('Public checkpoints' in "
    "pipelines/README.md names them)"
)


def model_and_place(
    model: GeneratorName, place: str | Path | None
) -> tuple[GeneratorName, str | Path | None]:
    """Return the model that a file of public weights belongs to, and the place of all its files.

    What is no file on this machine is returned as it is.

    Args:
        model: `embedded` lets the file decide.
        place: a folder, an address, or one of the public files.

    Raises:
        CheckpointError: the file is not there, cannot be, is no public one, or is of another
            model.
        StorageError: it cannot be read.
    """
    path = None if place is None else local_path(place)
    if path is not None and (fault := fault_of_path(str(path))):
        raise CheckpointError(f"model_path: it {fault}; {_MAY_STAND_THERE}")
    if path is None or path.is_dir():
        return model, place
    if path.suffix.lower() not in WEIGHTS_SUFFIXES:
        if path.is_file():
            raise _none_of_them(path, f"their names end in {', '.join(WEIGHTS_SUFFIXES)}")
        return model, place
    if not path.is_file():
        raise CheckpointError(f"model_path: there is no file {path}; {_MAY_STAND_THERE}")
    path = path.absolute()
    of_folder = _model_with_file(path)
    told = of_folder or _model_in_file(path)
    if model not in ("embedded", told):
        raise CheckpointError(f"model_path: {path} is a file of {told}, not of {model}")
    return told, path.parent if of_folder else path


def _model_with_file(path: Path) -> ModelName | None:
    """Return the model of a folder that holds the file under a published name, if it is one's."""
    others = {key for part in ("vae", "synchformer") for key in candidates(part, "hunyuan-xxl")}
    if path.name not in others:
        return None
    there = [
        model
        for model in MODELS
        if any((path.parent / key).is_file() for key in candidates("denoiser", model))
    ]
    if len(there) != 1:
        found = f"those of {' and '.join(there)} lie" if there else "no denoiser lies"
        raise CheckpointError(
            f"model_path: {path} belongs to every public model, and {found} beside it; name the "
            "file of the denoiser"
        )
    return there[0]


def _model_in_file(path: Path) -> ModelName:
    """Return the model whose denoiser a file holds, by the shapes of its tensors."""
    from foley_core.models.hunyuan.loading import described, shapes_needed
    from foley_core.models.hunyuan.name_matching import matched

    try:
        there = described(Published(str(path), MODELS[0]), "denoiser").shapes
    except CheckpointError as error:
        raise _none_of_them(path, str(error)) from error
    for model in MODELS:
        with suppress(CheckpointError):  # a model whose sizes the file should state, and does not
            wanted = shapes_needed(Published(str(path), model), "denoiser")
            if not matched("denoiser", wanted, there)[1]:
                return model
    raise _none_of_them(path, "its tensors are not those of any of their denoisers")


def _none_of_them(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"model_path: {path} is none of the public files ({reason}); {_MAY_STAND_THERE}"
    )
