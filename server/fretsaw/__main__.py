"""`python -m fretsaw`: the command line."""

from fretsaw.cli import main

main()
