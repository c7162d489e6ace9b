"""Data of the page as small scripts: a page that was opened from a disk may read no other files.

A script is one call, `foleyData(name, value);`. Whatever text the value holds, the script holds
ASCII without `<`, `>` and `&`: nothing in it ends a script or begins one, and no line separator of
Unicode is in it.
"""

import json
from collections.abc import Mapping

from foley_core.parsing import parsed_json
from foley_core.types import Json

_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_BEGIN = "foleyData("


def data_script(name: str, value: Json | Mapping[str, Json]) -> bytes:
    """Return the script that hands a value to the page.

    Args:
        name: what the page asks for, such as `rows/00000`.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return f"{_BEGIN}{_written(name)},{_written(value)});\n".encode("ascii")


def data_of(script: bytes) -> Json:
    """Return the value in a script that `data_script` wrote.

    Raises:
        ValueError: it is no such script.
    """
    text = script.decode("ascii").strip()
    if not text.startswith(_BEGIN) or not text.endswith(");"):
        raise ValueError("not a data script of the page")
    name, value = parsed_json(f"[{text.removeprefix(_BEGIN).removesuffix(');')}]")
    if not isinstance(name, str):
        raise ValueError("not a data script of the page")
    found: Json = value
    return found


def _written(value: Json | Mapping[str, Json]) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_UNSAFE)
