"""The weights by which chunks are ranked. Data: `bench/context_fit.py` writes this file; do not edit it by hand."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "names": 0.207,
    "words": 0.095,
    "title words": 0.513,
    "best of names": 0.201,
    "best of words": 0.277,
    "definition is named": -0.292,
    "definition has words": 0.730,
    "class is named": 0.441,
    "class has words": 0.958,
    "special method": 0.839,
    "words of the whole definition": 1.013,
    "file score": 0.437,
    "file rank": -0.336,
    "first file": -0.691,
    "file is named": 1.807,
    "file is traced": 0.181,
    "file is imported": 0.501,
    "test": -1.186,
    "minor file": -2.062,
    "line is given": 1.850,
    "frame of a trace": -0.189,
    "size": -0.012,
    "module level": -0.230,
    "class header": -0.811,
    "window": -0.194,
    "imports": 0.769,
    "used by a good one": 0.418,
    "uses a good one": 0.166,
    "rank in file": -0.257,
    "first in file": -0.248,
    "rank": -0.220,
    "first": 0.208,
    "beside a good one": 1.566,
    "file is small": 1.069,
}
"""Feature (`features.py`) → weight in the logarithm of how likely a fix changes a chunk. All features are here: a new
one begins with 0."""
