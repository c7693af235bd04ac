"""Python trees in one canonical wording, so that two ways to say the same compare equal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import filterfalse

from fretsaw.core.prune.python_meaning import same_meaning

_SEQUENCES: Mapping[str, type[ast.List | ast.Tuple]] = {"list": ast.List, "tuple": ast.Tuple}
_SPEC = re.compile(r"%(?:\((?P<key>\w+)\))?(?P<spec>[-#0 +]*\d*(?:\.\d+)?)(?P<conversion>[srdifxXgeoc%])")
_FIELD = re.compile(r"\{(?P<key>[^{}:!]*)(?:!(?P<conversion>[rsa]))?(?::(?P<spec>[^{}]*))?\}")


def canonical(tree: ast.Module) -> ast.Module:
    """A copy with strings put together as rows of pieces and empty or keyword calls of containers as literals."""
    out = _Canonical().visit(ast.parse(ast.unparse(tree)))
    return out if isinstance(out, ast.Module) else tree


def without_hints(one: ast.Module, other: ast.Module) -> bool:
    """Return True if `other` is `one` with annotations added, none changed or removed."""
    old, new = _Hints(), _Hints()
    old_tree, new_tree = old.visit(ast.parse(ast.unparse(one))), new.visit(ast.parse(ast.unparse(other)))
    adds_hints = len(old.found) < len(new.found) and set(new.found).issuperset(old.found)
    return adds_hints and same_meaning(old_tree, new_tree)


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
        return _row(map(self.visit, node.values))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        conversion = "r" if node.conversion == ord("r") else "s"
        return _piece(self.visit(node.value), conversion, spec=_first_text(node.format_spec))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Rewrite `"%s: %r" % (a, b)` and `"%s" % a`."""
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=ast.Constant(value=str(template)), op=ast.Mod(), right=ast.Tuple(elts=arguments)):
                return _filled(template, arguments, _SPEC) or node
            case ast.BinOp(left=ast.Constant(value=str(template)), op=ast.Mod(), right=argument):
                return _filled(template, [argument], _SPEC) or node
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Rewrite `"{}: {!r}".format(a, b)`, and calls such as `dict()`."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(template)), attr="format"), keywords=[]):
                return _filled(template, node.args, _FIELD) or node
            case ast.Call(func=ast.Name(id=name)):
                return _literal(node, name) or node
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = list(filterfalse(_is_object, node.bases))
        return self.generic_visit(node)


def _is_object(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "object"


def _first_text(spec: ast.expr | None) -> str:
    """The text that a format specification begins with: `>5` of `{x:>5}`; "" where a field begins it."""
    match spec:
        case ast.JoinedStr(values=[ast.Constant(value=written), *_]):
            return str(written)
    return ""


def _literal(node: ast.Call, name: str) -> ast.AST | None:
    """The literal for `dict()`, `list()`, `tuple()` and `dict(a=1)`; `super()` for `super(A, self)`."""
    match name, node.args, node.keywords:
        case "super", [_, _], _:
            return ast.Call(func=node.func, args=[], keywords=[])
        case "dict", [], keywords if all(keyword.arg for keyword in keywords):
            keys: list[ast.expr | None] = [ast.Constant(keyword.arg) for keyword in keywords]
            return ast.Dict(keys=keys, values=[keyword.value for keyword in keywords])
        case "list" | "tuple", [], []:
            return _SEQUENCES[name]([], ast.Load())
    return None


def _filled(template: str, arguments: Sequence[ast.expr], pattern: re.Pattern[str]) -> ast.AST | None:
    """The template's text and its arguments as one row of pieces; None where they do not match up.

    `"a %s" % b` has the pieces `"a "` and b, as f"a {b}" has. A field that names its argument matches none.
    """
    pieces: list[ast.expr] = []
    waiting = list(arguments)
    at = 0
    for field in pattern.finditer(template):
        pieces.append(ast.Constant(template[at : field.start()]))
        at = field.end()
        if field[0] == "%%":
            pieces.append(ast.Constant("%"))
        elif not waiting or field["key"]:
            return None
        else:
            conversion = "r" if field["conversion"] == "r" else "s"
            pieces.append(_piece(waiting.pop(0), conversion, spec=field["spec"] or ""))
    has_no_field = not pieces
    pieces.append(ast.Constant(template[at:]))
    return None if has_no_field or waiting else _row(pieces)


def _piece(value: ast.expr, conversion: str, spec: str) -> ast.expr:
    """One value in a text. `repr(x)` and `str(x)` are `x!r` and `x`."""
    match value:
        case ast.Call(func=ast.Name(id="repr"), args=[argument]):
            value, conversion = argument, "r"
        case ast.Call(func=ast.Name(id="str"), args=[argument]):
            value = argument
    parts: list[ast.expr] = [value, ast.Constant(conversion), ast.Constant(spec.rstrip("dsf"))]
    return ast.Tuple(parts, ast.Load())


def _row(pieces: Iterable[ast.expr]) -> ast.AST:
    """A tuple that no source text gives, with neighbouring texts joined and empty ones left out."""
    row: list[ast.expr] = [ast.Constant("text of pieces")]
    text = ""
    for piece in pieces:
        if isinstance(piece, ast.Constant):
            text += str(piece.value)
        else:
            row += [*_one_text(text), piece]
            text = ""
    row += _one_text(text)
    return ast.Tuple(row, ast.Load())


def _one_text(text: str) -> list[ast.expr]:
    return [ast.Constant(text)] if text else []
