"""JSON Schemas of everything the command line prints, one file a shape; shapes refer to each other by file name."""

import json
from importlib.resources import files
from typing import Any

Json = dict[str, Any]


def names() -> tuple[str, ...]:
    """What there are schemas for."""
    return tuple(sorted(entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name.endswith(".json")))


def schema(name: str) -> Json:
    """One schema, whole: the shapes it refers to stand in its `$defs`."""
    shape = _read(name)
    inner: Json = {}
    shape = _bundled(shape, inner)
    return {**shape, "$defs": inner} if inner else shape


def _bundled(shape: Any, inner: Json) -> Any:
    if isinstance(shape, list):
        return [_bundled(part, inner) for part in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" not in shape:
        return {key: _bundled(part, inner) for key, part in shape.items()}
    name = str(shape["$ref"]).removesuffix(".json")
    if name not in inner:
        inner[name] = {}  # known before it is filled, should a shape ever hold itself
        inner[name] = _bundled({key: part for key, part in _read(name).items() if key != "$schema"}, inner)
    return {"$ref": f"#/$defs/{name}"}


def _read(name: str) -> Json:
    shape: Json = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
    return shape
