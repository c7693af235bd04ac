"""Python trees in one canonical wording, so that two ways to say the same compare equal."""

from __future__ import annotations

import ast
import re

from fretsaw.core.prune.python_meaning import same_meaning

_SPEC = re.compile(r"%(?:\((\w+)\))?([-#0 +]*\d*(?:\.\d+)?)([srdifxXgeoc%])")
_FIELD = re.compile(r"\{([^{}:!]*)(?:!([rsa]))?(?::([^{}]*))?\}")


def canonical(tree: ast.Module) -> ast.Module:
    """A copy with strings put together as rows of pieces and empty or keyword calls of containers as literals."""
    out = _Canonical().visit(ast.parse(ast.unparse(tree)))
    return out if isinstance(out, ast.Module) else tree


def without_hints(one: ast.Module, other: ast.Module) -> bool:
    """Return True if `other` is `one` with annotations added, none changed or removed."""
    old, new = _Hints(), _Hints()
    bare = same_meaning(old.visit(ast.parse(ast.unparse(one))), new.visit(ast.parse(ast.unparse(other))))
    return bare and len(old.found) < len(new.found) and set(old.found) <= set(new.found)


class _Hints(ast.NodeTransformer):
    """Takes annotations away and notes them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self._note(node.arg, node.annotation)
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._note("return", node.returns)
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self._note(ast.unparse(node.target), node.annotation)
        if node.value is None:
            return node
        return ast.Assign(targets=[node.target], value=node.value, type_comment=None)

    def _note(self, name: str, annotation: ast.expr | None) -> None:
        if annotation is not None:
            self.found.append(f"{name}: {ast.unparse(annotation)}")


class _Canonical(ast.NodeTransformer):
    """Rewrites idioms. Only names are looked at: a project that hides `dict` behind another thing is misread."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        pieces: list[ast.expr] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = (
                    part.format_spec.values[0]
                    if isinstance(part.format_spec, ast.JoinedStr) and part.format_spec.values
                    else None
                )
                told = spec.value if isinstance(spec, ast.Constant) else ""
                pieces.append(_piece(self.visit(part.value), "r" if part.conversion == 114 else "s", str(told)))
            else:
                pieces.append(part)
        return _row(pieces)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not (
            isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        ):
            return node
        args = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(node.left.value, list(args), _SPEC) or node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr == "format" and isinstance(func.value, ast.Constant):
            plain = isinstance(func.value.value, str) and not node.keywords
            return (_filled(str(func.value.value), list(node.args), _FIELD) if plain else None) or node
        return _literal(node, func.id if isinstance(func, ast.Name) else "") or node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]
        return self.generic_visit(node)


def _literal(node: ast.Call, name: str) -> ast.AST | None:
    """The literal for `dict()`, `list()`, `tuple()`, `dict(a=1)`, `set([1])`; `super()` for `super(A, self)`."""
    if name == "super" and len(node.args) == 2:
        return ast.Call(func=node.func, args=[], keywords=[])
    if name == "dict" and not node.args and all(word.arg for word in node.keywords):
        keys: list[ast.expr | None] = [ast.Constant(word.arg) for word in node.keywords]
        return ast.Dict(keys=keys, values=[word.value for word in node.keywords])
    if node.args or node.keywords:
        return None
    empty: dict[str, ast.AST] = {"list": ast.List([], ast.Load()), "tuple": ast.Tuple([], ast.Load())}
    return empty.get(name)


def _filled(template: str, args: list[ast.expr], pattern: re.Pattern[str]) -> ast.AST | None:
    """The template's text and its arguments as one row of pieces; None where they do not match up."""
    pieces: list[ast.expr] = []
    at = 0
    percent = pattern is _SPEC
    for found in pattern.finditer(template):
        pieces.append(ast.Constant(template[at : found.start()]))
        at = found.end()
        if found[0] == "%%":
            pieces.append(ast.Constant("%"))
            continue
        if not args or found[1]:
            return None
        how = found[3] if percent else (found[2] or "s")
        spec = (found[2] if percent else found[3]) or ""
        pieces.append(_piece(args.pop(0), "r" if how == "r" else "s", spec))
    pieces.append(ast.Constant(template[at:]))
    return None if args or len(pieces) == 1 else _row(pieces)


def _piece(value: ast.expr, how: str, spec: str) -> ast.expr:
    """One value in a text. `repr(x)` and `str(x)` are `x!r` and `x`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 1:
        caller, inner = value.func.id, value.args[0]
        if caller in ("repr", "str"):
            value, how = inner, "r" if caller == "repr" else how
    return ast.Tuple([value, ast.Constant(how), ast.Constant(spec.rstrip("dsf") if spec else "")], ast.Load())


def _row(pieces: list[ast.expr]) -> ast.AST:
    """A tuple that no source text gives, with neighbouring texts joined."""
    out: list[ast.expr] = [ast.Constant("text of pieces")]
    for piece in pieces:
        last = out[-1]
        if isinstance(piece, ast.Constant) and piece.value == "":
            continue
        if len(out) > 1 and isinstance(piece, ast.Constant) and isinstance(last, ast.Constant):
            out[-1] = ast.Constant(str(last.value) + str(piece.value))
        else:
            out.append(piece)
    return ast.Tuple(out, ast.Load())
