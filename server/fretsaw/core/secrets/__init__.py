"""Secrets in texts: found by form and context, replaced by markers that stand for them until an edit comes back.

Nothing is imported here: the tables of rules are needed only where something suspicious was met.
"""
