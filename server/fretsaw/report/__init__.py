"""A finished run as documents: JSON with a published schema, a page, SARIF, Markdown; a module each.

Knows no terminal and no file: values in, text out.
"""
