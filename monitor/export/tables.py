"""Rows into files: JSON lines, CSV that no spreadsheet runs as a formula, Parquet."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from monitor.errors import UsageError

Json = dict[str, Any]
BATCH = 1000  # rows held at once


def write_jsonl(rows: Iterable[Json], out: IO[str]) -> int:
    """One object a line; how many."""
    n = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        n += 1
    return n


def write_csv(rows: Iterable[Json], out: IO[str]) -> int:
    """Columns of the first row, RFC 4180; text that a spreadsheet would run gets an apostrophe in front. How many rows."""
    writer = csv.writer(out, lineterminator="\r\n")
    n = 0
    for row in rows:
        if n == 0:
            columns = list(row)
            writer.writerow(columns)
        writer.writerow([safe_cell(row.get(name)) for name in columns])
        n += 1
    return n


def safe_cell(value: object) -> object:
    """A cell that stays what it is in a spreadsheet (OWASP: CSV injection)."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):
        return "'" + value
    return value


def write_parquet(rows: Iterable[Json], path: Path) -> int:
    """Parquet, zstd, in batches; how many rows. Raises UsageError when the extra is not installed."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise UsageError("Parquet needs the extra 'export'", hint="pip install 'monitor[export]'") from error
    n = 0
    writer: Any = None
    schema: Any = None
    try:
        for batch in _batches(rows):
            if schema is None:
                schema = arrow.schema([(name, _arrow_type(arrow, name)) for name in batch[0]])
                writer = parquet.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(arrow.Table.from_pylist(batch, schema=schema))
            n += len(batch)
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        parquet.write_table(arrow.table({}), path)
    return n


_NUMBERS = {
    "id", "article", "rev", "from_rev", "to_rev", "revisions", "merged_into", "reverts_to", "severity.score", "stats.words.added",
    "stats.words.removed", "stats.paragraphs.total", "stats.paragraphs.changed", "stats.paragraphs.added", "stats.paragraphs.removed",
    "stats.paragraphs.moved",
}  # fmt: skip
_YES_OR_NO = {"confirmed", "disclosed", "flapping", "redacted"}


def _arrow_type(arrow: Any, name: str) -> Any:
    if name in _NUMBERS:
        return arrow.int64()
    if name in _YES_OR_NO:
        return arrow.bool_()
    return arrow.float64() if name == "stats.similarity" else arrow.string()


def _batches(rows: Iterable[Json]) -> Iterable[list[Json]]:
    batch: list[Json] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
