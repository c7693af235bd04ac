"""The smallest part of a patch that still passes a given test. The test is a function."""

from fretsaw.core.minimize.coverage import unverified
from fretsaw.core.minimize.search import Minimized, minimize

__all__ = ["Minimized", "minimize", "unverified"]
