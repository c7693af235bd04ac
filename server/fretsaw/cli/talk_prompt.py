"""The line of a session on a terminal, with history and completion. The one door of prompt_toolkit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory

_OF_FILES = ("add", "remove")


class TalkCompleter(Completer):
    """Commands behind `/`, files behind `/add`, models behind `/model`."""

    def __init__(self, root: Callable[[], Path], commands: tuple[str, ...]) -> None:
        self._root = root
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The words that fit what is typed."""
        line = document.text_before_cursor
        if not line.startswith("/"):
            return
        name, space, rest = line[1:].partition(" ")
        word = rest.rpartition(" ")[2] if space else name
        for text in self._words(name if space else None):
            if text.startswith(word):
                yield Completion(text, -len(word))

    def _words(self, command: str | None) -> Iterable[str]:
        if command is None:
            return self._commands
        if command == "model":
            from fretsaw.cli.shell_words import model_ids

            return model_ids()
        if command not in _OF_FILES:
            return ()
        from fretsaw import repo

        return repo.snapshot(repo.open_repo(self._root())).paths


def ask_lines(state: Path, root: Callable[[], Path], commands: tuple[str, ...]) -> Iterator[str]:
    """The lines that a person types, until the end of input; Ctrl-C takes back what is typed."""
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    file = state / "talk-history"
    file.touch(mode=0o600)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(file)), completer=TalkCompleter(root, commands), complete_while_typing=False
    )
    while True:
        try:
            yield session.prompt("› ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
