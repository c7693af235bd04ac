"""The index of a repository's files, so that few have to be read: an SQLite file in the user's cache, by blob id.

It holds numbers of terms (`core/context/terms.py`), names of definitions and line numbers; no text, and nothing of what
is withheld. Nothing depends on it: without it files are searched and read, with the same result.
"""
