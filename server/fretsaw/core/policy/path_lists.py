"""The lists: never edited, edited only with leave.

Patterns are compared with every part of a path after `fold`, so case and Unicode tricks do not help.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from fretsaw.core.policy.file_names import fold
from fretsaw.core.policy.glob_set import GlobSet

CI = (
    ".circleci", "jenkinsfile*", "azure-pipelines*", ".azure-pipelines",
    "bitbucket-pipelines*", ".travis.yml", ".drone.yml", ".buildkite", ".woodpecker*", ".forgejo", ".gitea",
    "appveyor.yml", ".appveyor.yml", ".teamcity", ".semaphore", ".cirrus*",
)  # fmt: skip
"""Run by forges and their runners: never written, unless the issue asks for just that."""

HARD = (
    # run by forges and their runners
    *CI,
    # read by git or by forges (but .gitignore, .gitkeep)
    ".git*", ".mailmap", ".lfsconfig",
    # opened and obeyed by editors
    ".vscode", ".idea", "*.code-workspace", ".devcontainer*", ".zed", ".helix", ".fleet", ".nova", ".vs",
    "*.sublime-project", ".nvim.lua", ".nvimrc", ".exrc", ".vimrc", ".lvimrc", ".dir-locals*.el", ".emacs.d",
    # obeyed by coding agents, this one included
    ".cursor*", ".claude*", "claude.md", "claude.*.md", "agents.md", "agents.*.md", "gemini.md", ".gemini", ".codex",
    ".mcp.json", "mcp.json",
    ".windsurf*", ".clinerules*", ".cline*", ".aider*", ".roo*", ".kiro", ".continue", ".amazonq", ".junie", ".trae",
    ".augment*", ".opencode*", "opencode.json*", ".goosehints", "copilot-instructions.md", ".fretsaw*",
    # environment, keys, where packages come from
    ".envrc", ".env*", ".npmrc", ".yarnrc*", ".yarn", ".pnpmfile*", ".pypirc", "pip.conf", ".pip", ".netrc", "_netrc",
    ".cargo", ".mvn", ".bundle", ".ssh", ".aws", ".gnupg", ".kube",
    # hooks
    ".husky", ".pre-commit-config.y*ml", ".pre-commit-hooks.y*ml", "lefthook*.y*ml", ".lefthook*", ".hooks",
    # shells and debuggers
    ".profile", ".bash*", ".zsh*", ".zprofile", ".zlogin", ".zlogout", ".cshrc", ".tcshrc", ".kshrc", ".inputrc",
    ".login", ".logout", ".gdbinit", ".lldbinit", ".pythonrc*", ".pythonstartup", ".irbrc", ".rprofile", ".pdbrc",
    # run at every start of Python
    "*.pth", "sitecustomize.py", "usercustomize.py", "pyvenv.cfg",
)  # fmt: skip
"""Never written: they run code or steer a tool later, without anyone asking again."""

RUNNER = (
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "tox.toml", "nose2.cfg", "unittest.cfg",
    "jest.config*", "jest.setup*", "vitest.*", "vite.config.*", ".mocharc*", "mocha.opts", "karma.conf.*",
    "ava.config.*", "cypress.config.*", "playwright.config.*", ".nycrc*", ".c8rc*", ".taprc", "nodemon.json",
    "bunfig.toml", ".rspec", ".simplecov", ".proverc", "makefile.pl", "build.pl", "cpanfile", "phpunit.xml*",
    "testng.xml", "ctesttestfile.cmake", "ctestcustom.*",
    "junit-platform.properties", "surefire*.xml", "*.runsettings", "nextest.toml", ".bats*",
)  # fmt: skip
"""Read by test runners before the tests."""

ASK = (
    "setup.py", "setup.cfg", "pyproject.toml", "tox.ini", "noxfile.py", "pytest.ini", ".pytest.ini", "manifest.in",
    "hatch.toml", "hatch_build.py", "ruff.toml", ".ruff.toml", "mypy.ini", ".mypy.ini", ".flake8", ".pylintrc",
    "pylintrc", ".coveragerc", "requirements*.txt", "constraints*.txt", "pipfile", "environment.y*ml", "conda.y*ml",
    "package.json", "tsconfig*.json", "jsconfig*.json", "*.config.js", "*.config.cjs", "*.config.mjs", "*.config.ts",
    "*.config.mts", "karma.conf.*", "gulpfile*", "gruntfile*", ".babelrc*", ".eslintrc*", ".prettierrc*", ".mocharc*",
    ".swcrc", "turbo.json", "nx.json", "lerna.json", "pnpm-workspace.y*ml", "deno.json*",
    "makefile*", "gnumakefile", "*.mk", "cmakelists.txt", "*.cmake", "meson.build", "meson_options.txt", "build",
    "build.bazel", "workspace", "workspace.bazel", "module.bazel", "*.bzl", "sconstruct", "sconscript", "wscript",
    "configure", "configure.ac", "configure.in", "justfile", ".justfile", "taskfile.y*ml", "rakefile", "procfile",
    "pom.xml", "*.gradle", "*.gradle.kts", "gradlew*", "mvnw*", "gradle.properties", "build.sbt", "build.xml",
    "cargo.toml", "build.rs", "rust-toolchain*", "go.mod", "go.work", "gemfile", "*.gemspec", "composer.json",
    "mix.exs", "package.swift", "*.csproj", "*.fsproj", "*.vcxproj", "*.sln", "directory.build.*", "nuget.config",
    "dockerfile*", "*.dockerfile", "containerfile*", "docker-compose*", "compose.y*ml", "vagrantfile", "*.tf",
    "flake.nix", "default.nix", "shell.nix",
    *RUNNER,
    "*.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.y*ml", "go.sum", "go.work.sum", "gradle.lockfile",
)  # fmt: skip
"""Written only with the user's leave (`--allow`): they decide what is built, installed or tested."""


_HARD, _ASK, _CI = map(GlobSet, (HARD, ASK, CI))
_HARMLESS = (".gitignore", ".gitkeep")


def is_hard(path: str) -> bool:
    """Return True if a path is never edited."""
    parts = [fold(part).rstrip(" .") for part in path.split("/")]
    return any(_HARD.matches(part) for part in parts if part not in _HARMLESS)


def is_ask(path: str) -> bool:
    """Return True if a path is edited only with leave (conftest.py is judged with the tests)."""
    return _ASK.matches(fold(path.rpartition("/")[2]))


def is_ci(path: str) -> bool:
    """Return True if a path says what a forge's runners do."""
    parts = [fold(part).rstrip(" .") for part in path.split("/")]
    known = parts[:2] in ([".github", "workflows"], [".github", "actions"]) or parts[0] == ".gitlab-ci.yml"
    return known or any(_CI.matches(part) for part in parts)


def is_runner_file(path: str) -> bool:
    """Return True if a path steers the tests or the build: what is on the ask-first list, conftest.py included."""
    return is_ask(path) or is_conftest(path)


def is_conftest(path: str) -> bool:
    """Return True if pytest runs the file before any test."""
    return fold(path.rpartition("/")[2]) == "conftest.py"


def is_allowed(path: str, globs: Iterable[str]) -> bool:
    """Return True if the user gave leave: a glob whose `*` also crosses `/`, or a folder's name."""
    patterns = [glob.rstrip("/") for glob in globs if glob.strip("/")]
    return any(re.match(translate(glob), path) or path.startswith(f"{glob}/") for glob in patterns)
