"""Node types of imports, declarations and catches in tree-sitter: a row a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class NodeTypes:
    """One language's node types, by what they are for."""

    imports: frozenset[str] = frozenset()
    """Statements that bring names from elsewhere."""
    locals: Mapping[str, str] = field(default_factory=dict)
    """Node that declares variables or parameters → its field with their names; "" where all of it is names."""
    wide: Mapping[str, str] = field(default_factory=dict)
    """The same for what other files may use: functions, types, members, constants."""
    helpers: frozenset[str] = frozenset()
    """Of these, functions and types that nobody can use without naming them, where nothing marks them as public."""
    tops: frozenset[str] = frozenset()
    """Nodes right under which a helper stands."""
    functions: frozenset[str] = frozenset()
    """Nodes that open a scope for variables."""
    catches: frozenset[str] = frozenset()
    widest: Mapping[str, int] = field(default_factory=dict)
    """Type in a catch clause → how much it catches; all others count 0. "" is a clause without a type."""

    def field_with_names(self, kind: str) -> str | None:
        """The field of a node of this type that holds the names it declares; "" for all of it, None for no names."""
        return self.wide.get(kind, self.locals.get(kind))


def _names(kinds: str, at: str = "name") -> dict[str, str]:
    return dict.fromkeys(kinds.split(), at)


def _set(kinds: str) -> frozenset[str]:
    return frozenset(kinds.split())


_JAVASCRIPT = NodeTypes(
    imports=_set("import_statement"),
    locals={
        **_names("variable_declarator"),
        **_names("formal_parameters", ""),
        **_names("catch_clause arrow_function", "parameter"),
        **_names("for_in_statement", "left"),
    },
    wide={
        **_names("function_declaration generator_function_declaration class_declaration method_definition"),
        **_names("field_definition", "property"),
    },
    helpers=_set("function_declaration generator_function_declaration class_declaration lexical_declaration"),
    tops=_set("program"),
    functions=_set(
        "function_declaration generator_function_declaration function_expression arrow_function method_definition"
    ),
)
_TYPESCRIPT = NodeTypes(
    imports=_JAVASCRIPT.imports,
    locals=_JAVASCRIPT.locals,
    wide={
        **_JAVASCRIPT.wide,
        **_names("interface_declaration type_alias_declaration enum_declaration abstract_class_declaration"),
        **_names("function_signature property_signature method_signature public_field_definition enum_assignment"),
    },
    helpers=_JAVASCRIPT.helpers | _set("interface_declaration type_alias_declaration enum_declaration"),
    tops=_JAVASCRIPT.tops,
    functions=_JAVASCRIPT.functions,
)
_GO = NodeTypes(
    imports=_set("import_spec"),
    locals={
        **_names("var_spec const_spec parameter_declaration variadic_parameter_declaration"),
        **_names("short_var_declaration range_clause", "left"),
    },
    wide=_names("function_declaration method_declaration type_spec type_alias field_declaration method_elem"),
    helpers=_set("function_declaration type_declaration"),
    tops=_set("source_file"),
    functions=_set("function_declaration method_declaration func_literal"),
)
_RUST = NodeTypes(
    imports=_set("use_declaration"),
    locals={
        **_names("let_declaration parameter for_expression let_condition", "pattern"),
        **_names("closure_parameters match_pattern", ""),
    },
    wide=_names(
        "function_item function_signature_item struct_item enum_item trait_item const_item static_item type_item "
        "mod_item macro_definition enum_variant field_declaration"
    ),
    helpers=_set("function_item struct_item enum_item"),
    tops=_set("source_file"),
    functions=_set("function_item closure_expression"),
)
_JAVA = NodeTypes(
    imports=_set("import_declaration"),
    locals=_names(
        "variable_declarator formal_parameter spread_parameter enhanced_for_statement catch_formal_parameter resource"
    ),
    wide=_names(
        "class_declaration interface_declaration enum_declaration record_declaration method_declaration enum_constant"
    ),
    helpers=_set("method_declaration"),
    tops=_set("class_body"),
    functions=_set("method_declaration constructor_declaration lambda_expression"),
    catches=_set("catch_clause"),
    widest={"Exception": 1, "Throwable": 2},
)
_C = NodeTypes(
    locals=_names("declaration init_declarator parameter_declaration", "declarator"),
    wide={
        **_names("function_definition field_declaration type_definition", "declarator"),
        **_names("struct_specifier enum_specifier union_specifier enumerator preproc_def preproc_function_def"),
    },
    helpers=_set("function_definition"),
    tops=_set("translation_unit"),
    functions=_set("function_definition"),
)
_CPP = NodeTypes(
    locals={
        **_C.locals,
        **_names("optional_parameter_declaration for_range_loop", "declarator"),
    },
    wide={**_C.wide, **_names("class_specifier namespace_definition alias_declaration")},
    helpers=_C.helpers,
    tops=_C.tops | _set("declaration_list"),
    functions=_C.functions | _set("lambda_expression"),
    catches=_set("catch_clause"),
    widest={"std::exception": 1, "": 2, "...": 2},
)
_RUBY = NodeTypes(
    imports=_set("call"),
    locals={
        **_names("assignment operator_assignment", "left"),
        **_names("method_parameters block_parameters exception_variable", ""),
        **_names("for", "pattern"),
    },
    wide=_names("method singleton_method class module"),
    helpers=_set("method"),
    tops=_set("program"),
    functions=_set("method singleton_method"),
    catches=_set("rescue"),
    widest={"": 1, "StandardError": 1, "Exception": 2},
)
NODE_TYPES: Mapping[str, NodeTypes] = MappingProxyType(
    {
        "javascript": _JAVASCRIPT,
        "typescript": _TYPESCRIPT,
        "tsx": _TYPESCRIPT,
        "go": _GO,
        "rust": _RUST,
        "java": _JAVA,
        "c": _C,
        "cpp": _CPP,
        "ruby": _RUBY,
    }
)
