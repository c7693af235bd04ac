"""A finished run as documents: JSON with a published schema, a page, SARIF, Markdown; a module each.

Values in, text out.
"""
