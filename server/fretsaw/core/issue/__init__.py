"""The text that asks, read into values. Knows nothing of files: attachments are named here and read by the shell."""

from fretsaw.core.issue.parse import parse
from fretsaw.core.issue.rules import with_rules
from fretsaw.core.issue.values import Attachment, Constraint, Issue, Mention

__all__ = ["Attachment", "Constraint", "Issue", "Mention", "parse", "with_rules"]
