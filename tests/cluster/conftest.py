"""A database of its own for each cluster that is tested."""

import psycopg
import pytest


@pytest.fixture
def cluster_url(postgres_server: str) -> str:
    """An empty database."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fleet WITH (FORCE)")
        connection.execute("CREATE DATABASE fleet")
    return postgres_server.replace("/postgres?", "/fleet?")
