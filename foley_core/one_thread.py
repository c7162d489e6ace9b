"""One thread for sums: their order, and with it the last bits of a sound, does not depend on cores.

NumPy multiplies matrices with a library that shares the work among as many threads as there are
cores, and adds up their parts. A track must not differ between a laptop and a server of one kind of
processor.
"""

from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController


@cache
def multiply_on_one_thread() -> None:
    """Let the matrix library of NumPy use one thread in this process from now on."""
    assert np.__version__, "the library is found only once it is loaded"
    ThreadpoolController().limit(limits=1, user_api="blas")
