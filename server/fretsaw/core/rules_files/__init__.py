"""Rules files of coding agents (AGENTS.md, CLAUDE.md, …): which hold where, what is enforced and what only told.

They are text of the repository: they can forbid and ask, and choose no command, no path outside, no model, no endpoint.
"""

from fretsaw.core.rules_files.project_rules import NO_RULES, ProjectRules
from fretsaw.core.rules_files.read import RulesFiles, rules_files

__all__ = ["NO_RULES", "ProjectRules", "RulesFiles", "rules_files"]
