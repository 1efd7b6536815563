"""The kinds of arrays that statistics are computed on, and the constant between their logarithms and the reader's."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""Numbers: probabilities, likelihoods and their natural logarithms."""
Ints = NDArray[np.int64]
"""Indices and counts; -1 where something is absent."""
Bools = NDArray[np.bool_]
"""What holds and what does not."""
LN10 = math.log(10)
"""A natural logarithm divided by it is one to base 10."""
