"""A finished run as documents: JSON with a published schema, a page, SARIF, Markdown.

Knows no terminal and no file: values in, text out.
"""

from fretsaw.report.document import SCHEMA_VERSION, document
from fretsaw.report.html import html
from fretsaw.report.markdown import markdown
from fretsaw.report.sarif import sarif

__all__ = ["SCHEMA_VERSION", "document", "html", "markdown", "sarif"]
