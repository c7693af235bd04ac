"""What of a Python file's public interface a patch takes away or narrows. Other languages are not judged."""

from __future__ import annotations

import ast

from fretsaw.core.patch.values import FilePatch

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Signature = tuple[tuple[str, ...], frozenset[str], frozenset[str], bool, bool]
"""Positional names, required names, all names that may be given by keyword, takes *args, takes **kwargs."""


def broken_interface(file: FilePatch) -> list[str]:
    """Sentences' ends, one for each public name that is gone or that a former call no longer fits; [] where unknown."""
    if not file.path.endswith(".py") or file.before is None:
        return []
    before, after = _public(file.before), _public(file.after or "")
    if before is None or after is None:
        return []
    out = []
    for name, old in sorted(before.items()):
        if name not in after:
            out.append(f"takes away the public name {name}")
            continue
        new = after[name]
        if old is not None and new is not None and not _accepts(old, new):
            out.append(f"changes how {name} is called")
    return out


def _public(text: str) -> dict[str, _Signature | None] | None:
    """Public classes, functions and methods of a module (dotted) with their signatures; None when it does not parse."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: dict[str, _Signature | None] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_public(node.name):
            found[node.name] = _signature(node)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            found[node.name] = None
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_public(inner.name):
                    found[f"{node.name}.{inner.name}"] = _signature(inner)
        elif isinstance(node, (ast.Assign, ast.ImportFrom, ast.Import, ast.If, ast.Try)):
            # Names that move from a definition to an assignment or an import are still there.
            for each in ast.walk(node):
                name = each.id if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) else None
                if isinstance(each, ast.alias):
                    name = each.asname or each.name.split(".")[0]
                if name and _is_public(name) and isinstance(node, ast.Assign):
                    found.setdefault(name, None)
    return found


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__call__")


def _signature(node: _Function) -> _Signature:
    args = node.args
    positional = [each.arg for each in (*args.posonlyargs, *args.args)]
    required = positional[: len(positional) - len(args.defaults)]
    required += [each.arg for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    keywords = [each.arg for each in (*args.args, *args.kwonlyargs)]
    return tuple(positional), frozenset(required), frozenset(keywords), args.vararg is not None, args.kwarg is not None


def _accepts(old: _Signature, new: _Signature) -> bool:
    """Whether every call that fitted the old signature fits the new one."""
    positional_ok = new[3] or new[0][: len(old[0])] == old[0]
    required_ok = new[1] <= old[1]
    keywords_ok = new[4] or old[2] <= new[2]
    return positional_ok and required_ok and keywords_ok and (new[3] or not old[3]) and (new[4] or not old[4])
