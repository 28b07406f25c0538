"""One PostgreSQL server for all tests of sessions: starting it takes seconds."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.support.postgres_server import PostgresServer, missing, postgres_server


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    if missing():
        pytest.skip(missing())
    with postgres_server() as running:
        yield running


@pytest.fixture
def postgres_url(server: PostgresServer) -> str:
    """The address of an empty database."""
    engine = sa.create_engine(
        server.url.replace("postgresql:", "postgresql+psycopg:"), connect_args={"client_encoding": "utf8"}
    )
    with engine.begin() as connection:
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            connection.execute(sa.text(statement))
    engine.dispose()
    return server.url
