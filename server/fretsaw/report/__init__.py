"""A finished run as documents: JSON with a published schema, and what else people and machines read.

Knows no terminal and no file: values in, text out.
"""

from fretsaw.report.document import SCHEMA_VERSION, document

__all__ = ["SCHEMA_VERSION", "document"]
