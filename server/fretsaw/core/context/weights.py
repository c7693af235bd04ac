"""The weights by which chunks are ranked: data, fitted with the objective of `bench/context_fit.py`."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "names": 0.300,
    "words": 0.882,
    "title words": 0.201,
    "best of names": -0.507,
    "best of words": 0.286,
    "definition is named": -0.558,
    "definition has words": 0.968,
    "class is named": 0.076,
    "class has words": 1.684,
    "special method": 1.565,
    "words of the whole definition": 1.843,
    "file score": 0.194,
    "file rank": -0.106,
    "first file": -0.398,
    "file is named": 1.964,
    "file is traced": 0.401,
    "file is imported": 1.010,
    "test": -1.107,
    "minor file": -2.170,
    "line is given": 2.036,
    "frame of a trace": -0.768,
    "size": 0.010,
    "module level": -0.581,
    "class header": -1.029,
    "window": -0.359,
    "imports": 0.705,
    "used by a good one": 1.506,
    "uses a good one": -0.183,
    "rank in file": -0.402,
    "first in file": -0.534,
    "rank": -0.004,
    "first": 1.232,
    "beside a good one": 1.890,
    "file is small": 1.392,
    "mass of users": -0.450,
    "mass of what it uses": 0.161,
    "mass of file": 1.003,
    "mass of class": -0.484,
}
"""Feature (`features.py`) → weight in the logarithm of how likely a fix changes a chunk. All features are here: a new
one begins with 0."""
