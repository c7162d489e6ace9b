"""The most likely sequence of states where every change has a cost (Viterbi, 1967)."""

import numpy as np

from foley_core.types import F32, I32


def likeliest_sequence(gains: F32, change_cost: float | F32) -> I32:
    """Return the sequence of states with the largest sum of gains (Viterbi, 1967).

    Args:
        gains: (S, states) of each state at each moment, such as log probabilities; S at least 1.
        change_cost: of a change of state; or (S,) of a change to the state at that moment.

    Returns:
        (S,) indices of states.
    """
    count, states = gains.shape
    costs = np.broadcast_to(np.asarray(change_cost, np.float64), (count,))
    # `best`: gain of the best sequence that ends at a moment with each state; `came_from`: the
    # state before it in that sequence. A state is best reached by staying, or from the best state
    # of all at the cost of a change.
    came_from = np.zeros((count, states), np.int32)
    best = gains[0].astype(np.float64)
    for at in range(1, count):
        change = best.max() - costs[at]
        came_from[at] = np.where(best >= change, np.arange(states), best.argmax())
        best = np.maximum(best, change) + gains[at]
    # Read the best sequence backwards from its last state.
    path = np.zeros(count, np.int32)
    path[-1] = int(best.argmax())
    for at in range(count - 1, 0, -1):
        path[at - 1] = came_from[at, path[at]]
    return path
