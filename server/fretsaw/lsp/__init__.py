"""The language server: a shell over the session for any editor. Contains no logic of the product.

`pygls` and `lsprotocol` are imported in this package only.
"""

from __future__ import annotations

import os


def main(argv: list[str]) -> int:
    """`agent lsp …`: serve one editor until it ends; gives the exit code."""
    parent = os.getppid()  # before the slow imports: the editor may be gone after them
    from fretsaw.lsp import serve
    from fretsaw.lsp.transport import flags as flags

    return serve.serve(flags.parse_flags(argv), parent)
