"""Endpoints that are known by name: where they are, which variable holds their key, what they understand.

A row says what a model can; a row here which of that its endpoint can be sent. The one list: the option `endpoint`,
`agent models --endpoint` and the variables that keys are read from follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of endpoint."""

    title: str
    base_url: str | None
    """None: OpenAI's own, or (Azure) one that the user has to give."""
    key_variables: tuple[str, ...] = ()
    """Variables of its key, looked at after FRETSAW_API_KEY."""
    takes: frozenset[str] | None = frozenset()
    """Columns of a model's row that it may be sent; None: all of them."""
    has_responses: bool = False
    """True if it has a Responses API."""
    has_roles: bool = False
    """True if it serves the models of the roles, so that none has to be named."""
    has_list: bool = True
    """True if it lists its models at `/models`."""
    prefix: str = ""
    """Stands before the ids of OpenAI's models there."""
    is_azure: bool = False

    @property
    def host(self) -> str | None:
        """The host by which a base URL alone is known to be this; None for what runs on one's own machine."""
        host = urlsplit(self.base_url or "").hostname
        return None if host == "localhost" else host


_EFFORT_AND_TOOLS = frozenset({"effort", "strict-tools", "parallel-tools"})

PRESETS: Mapping[str, Preset] = {
    "openai": Preset("OpenAI", None, ("OPENAI_API_KEY",), None, has_responses=True, has_roles=True),
    "azure": Preset(
        "Azure OpenAI",
        None,
        ("AZURE_OPENAI_API_KEY",),
        # Its tools of its own and cache options come later than OpenAI's.
        _EFFORT_AND_TOOLS | {"verbosity", "keep-reasoning", "cache", "completion-limit", "input-count", "files"},
        has_responses=True,
        has_roles=True,
        is_azure=True,
    ),
    "openrouter": Preset(
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        _EFFORT_AND_TOOLS | {"verbosity"},
        prefix="openai/",
    ),
    "gemini": Preset(
        "Gemini's compatible endpoint",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        frozenset({"effort"}),
    ),
    "anthropic": Preset(
        "Anthropic's compatible endpoint",
        "https://api.anthropic.com/v1",
        ("ANTHROPIC_API_KEY",),
        frozenset({"parallel-tools"}),
    ),
    "mistral": Preset("Mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",), frozenset({"parallel-tools"})),
    "github": Preset(
        "GitHub Models",
        "https://models.github.ai/inference",
        ("GITHUB_TOKEN",),
        _EFFORT_AND_TOOLS,
        has_list=False,
        prefix="openai/",
    ),
    "litellm": Preset("LiteLLM's proxy", "http://localhost:4000/v1", ("LITELLM_API_KEY",), _EFFORT_AND_TOOLS),
    "vllm": Preset("vLLM", "http://localhost:8000/v1", ("VLLM_API_KEY",), frozenset({"parallel-tools"})),
    "llama.cpp": Preset("llama.cpp's server", "http://localhost:8080/v1", ("LLAMA_API_KEY",)),
    "ollama": Preset("Ollama", "http://localhost:11434/v1"),
    "lmstudio": Preset("LM Studio", "http://localhost:1234/v1"),
}


_OPENAI_HOST = "api.openai.com"


def is_openai(base_url: str | None) -> bool:
    """Return True if a base URL is OpenAI's own, a region's (`eu.api.openai.com`) included; None stands for it.

    >>> is_openai("https://api.openai.com/v1"), is_openai("https://api.openai.com.example/v1")
    (True, False)
    """
    host = _host_of(base_url) if base_url is not None else _OPENAI_HOST
    return host is not None and (host == _OPENAI_HOST or host.endswith(f".{_OPENAI_HOST}"))


def preset_at(base_url: str) -> Preset | None:
    """The preset whose host a base URL has, None where none has."""
    host = _host_of(base_url)
    if is_openai(base_url):
        return PRESETS["openai"]
    return next((preset for preset in PRESETS.values() if preset.host is not None and preset.host == host), None)


def _host_of(base_url: str) -> str | None:
    try:
        return urlsplit(base_url.strip()).hostname
    except ValueError:
        return None
