"""The one place that reads pickles: tensors and plain values, and nothing that could run code.

PyTorch's restricted reader builds tensors, numbers, texts and plain containers. Published files
also hold what training code leaves beside the weights: numbers of NumPy, dictionaries with
defaults, parsed arguments. Those types are listed here; every other one is refused by its name.
"""

import re
from argparse import Namespace
from collections import OrderedDict
from pickle import UnpicklingError
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy._core import multiarray

# The functions and types by which NumPy's numbers and arrays are pickled; NumPy 1 called their home
# by another name. Arrays of objects are not among them.
_BUILT_BY: tuple[Any, ...] = (multiarray.scalar, multiarray._reconstruct)
_DTYPES = tuple({type(np.dtype(code)) for code in "?bhilqBHILQefdUS"})


def _dictionary(*_: object) -> OrderedDict[Any, Any]:
    """Stand in for a dictionary with defaults: PyTorch fills none but plain ones."""
    return OrderedDict()


def _list(*_: object) -> list[Any]:
    """Stand in for a queue."""
    return []


_SAFE: list[Any] = [
    *_BUILT_BY,
    *((one, f"numpy.core.multiarray.{one.__name__}") for one in _BUILT_BY),
    np.ndarray,
    np.dtype,
    *_DTYPES,
    (_dictionary, "collections.defaultdict"),
    (_list, "collections.deque"),
    Namespace,
    *(int, float, str, bool, list, dict, tuple, set),
]
# PyTorch keeps its list for the whole process, and forgets ours when the first of two is done.
_LIST_IN_USE = Lock()
_REFUSED = re.compile(r"GLOBAL ([\w.]+\.\w+)|but got <class '([\w.]+)'>")


def load_plain(file: BinaryIO | str, mapped: bool = False) -> object:
    """Return what a `.pth` file holds, on the CPU.

    Args:
        file: open, or a path where it is to be mapped.
        mapped: numbers are read from the disk when they are used.

    Raises:
        pickle.UnpicklingError: it holds another type than those listed.
        Exception: of any kind, where the file is damaged.
    """
    with _LIST_IN_USE, torch.serialization.safe_globals(_SAFE):
        return torch.load(file, map_location="cpu", weights_only=True, mmap=mapped or None)


def refused_type(error: Exception) -> str:
    """Return the name of the type for which a file was refused; "" for other faults."""
    found = _REFUSED.search(str(error)) if isinstance(error, UnpicklingError) else None
    return found[1] or found[2] if found else ""


def plain(value: object) -> object:
    """Return a value of NumPy as Python's own, and a text for any other that JSON does not know."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else str(value)
