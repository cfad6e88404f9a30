"""JSON Schemas of everything the command line prints, one file a shape."""

from importlib.resources import files


def names() -> tuple[str, ...]:
    """What there are schemas for."""
    return tuple(sorted(entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name.endswith(".json")))


def read_schema(name: str) -> str:
    """One schema, as JSON text."""
    return (files(__name__) / f"{name}.json").read_text(encoding="utf-8")
