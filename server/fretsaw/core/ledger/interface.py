"""Find the parts of a Python file's public interface that a patch takes away or narrows."""

from __future__ import annotations

import ast

from fretsaw.core.patch.patch_set import FilePatch

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Signature = tuple[tuple[str, ...], frozenset[str], frozenset[str], bool, bool]
"""Positional names, required names, all names that may be given by keyword, takes *args, takes **kwargs."""


def broken_interface(file: FilePatch) -> list[str]:
    """Sentences' ends, one for each public name that is gone or that a former call no longer fits; [] where unknown."""
    if not file.path.endswith(".py") or file.before is None:
        return []
    before, after = _parsed(file.before), _parsed(file.after or "")
    if before is None or after is None:
        return []
    out = []
    new, named = _definitions(after), _names(after)
    for name, old in sorted(_definitions(before).items()):
        if (name not in new and name.split(".")[0] not in named) or (name not in new and name.split(".")[0] in new):
            out.append(f"removes the public name {name}")
        elif old is not None and (now := new.get(name)) is not None and not _accepts(old, now):
            out.append(f"changes how {name} is called")
    return out


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _definitions(tree: ast.Module) -> dict[str, _Signature | None]:
    """Public classes (None), functions and methods (dotted) of a module with their signatures."""
    found: dict[str, _Signature | None] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_public(node.name):
            found[node.name] = _signature(node)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            found[node.name] = None
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_public(inner.name):
                    found[f"{node.name}.{inner.name}"] = _signature(inner)
    return found


def _names(tree: ast.Module) -> set[str]:
    """Names that a module binds in another way than by defining them: a moved name is still there."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
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
    """Return True if every call that fitted the old signature fits the new one."""
    positional_ok = new[3] or new[0][: len(old[0])] == old[0]
    required_ok = new[1] <= old[1]
    keywords_ok = new[4] or old[2] <= new[2]
    return positional_ok and required_ok and keywords_ok and (new[3] or not old[3]) and (new[4] or not old[4])
