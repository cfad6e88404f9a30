"""Kinds of columns: moments and spans as milliseconds, ids of 64 bits, and short names for the fields of the tables."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field

from monitor.store.instants import from_ms, to_ms

NOT_A_ROWID_TABLE = {"sqlite_with_rowid": False}


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept as milliseconds since 1970 UTC; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_ms(value)


class Span(TypeDecorator[timedelta]):
    """A length of time, kept as milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value / timedelta(milliseconds=1))

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(milliseconds=value)


class Id(TypeDecorator[int]):
    """64 bits on PostgreSQL, the rowid itself on SQLite (there only `INTEGER` is)."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


def row_id() -> Any:
    """The primary key that the database gives."""
    return Field(default=None, primary_key=True, sa_type=Id)


def ref(table: str) -> Any:
    """A foreign key to the id of a table."""
    return Field(foreign_key=f"{table}.id", sa_type=Id)


def number() -> Any:
    """A count or another 64-bit number."""
    return Field(default=0, sa_type=BigInteger)


def code(default: Any = 0) -> Any:
    """A small number of `codes`, or a yes or no."""
    return Field(default=default, sa_type=SmallInteger)


def blob(*, key: bool = False) -> Any:
    """Bytes, as primary key or not."""
    return Field(sa_type=LargeBinary, primary_key=key)


def maybe(kind: Any) -> Any:
    """A column that may be NULL."""
    return Field(default=None, sa_type=kind, nullable=True)


def words(default: Any = "") -> Any:
    """Text of any length."""
    return Field(default=default, sa_type=Text)


def moment() -> Any:
    """A time that is always there."""
    return Field(sa_type=Instant)


def only_where(condition: str) -> Any:
    """The arguments of an Index that holds only rows of this condition, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
