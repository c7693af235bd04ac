"""Load the reporter into every Python that a check starts, then the environment's own `sitecustomize`."""

import sys


def _load_own() -> None:
    """Run the `sitecustomize` that this one stands before, as if it had been found first."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = __file__.rpartition("/")[0]
    spec = PathFinder.find_spec("sitecustomize", [place for place in sys.path if place != here])
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


try:  # noqa: SIM105  contextlib costs each start of Python milliseconds
    __import__("fretsaw_reporter")
except Exception:  # noqa: S110  a reporter that cannot load says nothing, which is noticed outside
    pass
_load_own()
