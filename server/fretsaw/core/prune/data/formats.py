"""The table of data formats, by the extensions of their files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fretsaw.core.prune.data.css_tree import css_scalars, read_css, read_scss
from fretsaw.core.prune.data.csv_tree import read_csv, rows_of, write_row
from fretsaw.core.prune.data.html_tree import html_scalars, read_html
from fretsaw.core.prune.data.insertion import in_other_quotes
from fretsaw.core.prune.data.json_tree import plain_json, read_json
from fretsaw.core.prune.data.notebook import with_old_by_products
from fretsaw.core.prune.data.toml_tree import plain_toml, read_toml
from fretsaw.core.prune.data.tree import DataFormat
from fretsaw.core.prune.data.xml_tree import read_xml
from fretsaw.core.prune.data.yaml_tree import read_yaml, yaml_scalars

_JSON = DataFormat(read_json, proof=plain_json)
_YAML = DataFormat(read_yaml, yaml_scalars, quotes="\"'")
_SCSS = DataFormat(read_scss, css_scalars, sample="a{{b:{}}}")
_CSV = DataFormat(read_csv, proof=rows_of, write=write_row)
_XML = DataFormat(read_xml, html_scalars, quotes="\"'", sample="<a b={}/>")
_HTML = DataFormat(read_html, html_scalars, quotes="\"'", sample="<a b={}>")

FORMATS: Mapping[str, DataFormat] = MappingProxyType(
    {
        "json": _JSON,
        "jsonc": _JSON,
        "geojson": _JSON,
        "webmanifest": _JSON,
        "ipynb": DataFormat(read_json, proof=plain_json, prepare=with_old_by_products),
        "yaml": _YAML,
        "yml": _YAML,
        "toml": DataFormat(read_toml, in_other_quotes, quotes="\"'", proof=plain_toml, sample="x = {}"),
        "css": DataFormat(read_css, css_scalars, sample="a{{b:{}}}"),
        "scss": _SCSS,
        "less": _SCSS,
        "html": _HTML,
        "htm": _HTML,
        **dict.fromkeys(
            ("xml", "svg", "xsd", "xsl", "xslt", "plist", "csproj", "props", "targets", "resx", "xaml"), _XML
        ),
        "csv": _CSV,
        "tsv": _CSV,
    }
)
"""Extension → format."""


def format_of(path: str) -> DataFormat | None:
    """The format of a file by its name; None for a file that holds no data."""
    return FORMATS.get(path.rsplit("/", 1)[-1].rpartition(".")[2].lower())


def is_data(path: str) -> bool:
    """Return True if a file holds data in one of the formats, by its name."""
    return format_of(path) is not None
