"""The text that asks, read into values. Attachments are named here and read by the shell."""

from fretsaw.core.issue.issue import Area, Attachment, Constraint, Issue, Mention
from fretsaw.core.issue.parse import parse
from fretsaw.core.issue.project_rules import with_rules

__all__ = ["Area", "Attachment", "Constraint", "Issue", "Mention", "parse", "with_rules"]
