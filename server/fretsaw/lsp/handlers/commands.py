"""The commands of `workspace/executeCommand`: the only list, announced by `initialize`.

A command is answered by the function of this name in `execute_command`, which is imported when a command is first
called, so that an editor does not wait for it at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "agent.fix": "start_fix",
        "agent.rewrite": "start_rewrite",
        "agent.fixIssue": "start_fix_issue",
        "agent.cancel": "cancel",
        "agent.retry": "retry",
        "agent.accept": "accept",
        "agent.reject": "reject",
        "agent.restore": "restore",
        "agent.undo": "undo",
        "agent.showDiff": "show_diff",
        "agent.preview": "preview",
        "agent.goTo": "go_to",
        "agent.setCheck": "set_check",
        "agent.reviewTree": "review_tree",
        "agent.revertChange": "revert_change",
        "agent.markReviewed": "mark_reviewed",
        "agent.listRuns": "list_runs",
        "agent.debugInformation": "show_debug_information",
    }
)
