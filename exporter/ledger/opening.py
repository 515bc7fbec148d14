"""Opening the ledger's file: held by one process, made or brought up to this version's tables."""

import fcntl
import logging
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError

from exporter.errors import StartError
from exporter.ledger import schema
from exporter.ledger.migrations import MIGRATIONS
from exporter.ledger.room import log_pages

log = logging.getLogger(__name__)


def lock(path: Path) -> Any:
    """Hold the file for this process, so that no second exporter writes to it."""
    held = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise StartError(f"{path}: another exporter is using this ledger; stop it first") from None
    return held


def engine_of(path: Path) -> Engine:
    """Makes the connection to the file."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    # 16 MiB of log on an ordinary disk: with less the same pages are copied more often.
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={log_pages(path.parent)}",
    )

    def configure(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    return engine


def connect(engine: Engine, path: Path) -> Connection:
    """The connection, with every table as this version has it.

    Raises:
        StartError: the file was made by a version that cannot be read.
    """
    connection = engine.connect()
    try:
        # The driver itself would begin no transaction for statements that make or change tables.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        _bring_up(connection, path)
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def unreadable(path: Path, error: DatabaseError) -> StartError:
    """What to tell of a file that SQLite cannot work with."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return StartError(f"{path}: its disk is full; free some space, the ledger is as it was")
    return StartError(
        f"{path}: not a readable ledger ({error.orig}); move it away or restore a backup"
    )


def _bring_up(connection: Connection, path: Path) -> None:
    version = _version(connection)
    if version is None:
        schema.metadata.create_all(connection)
        row = {"key": "schema", "value": str(schema.SCHEMA_VERSION)}
        connection.execute(insert(schema.meta), row)
        return
    while version != str(schema.SCHEMA_VERSION):
        version = _migrate(connection, version, path)


def _migrate(connection: Connection, version: str, path: Path) -> str:
    newer = str(int(version) + 1) if version.isdecimal() else ""
    if newer not in MIGRATIONS:
        raise StartError(
            f"{path}: made by another version (schema {version}, this one reads "
            f"{schema.SCHEMA_VERSION}); start that version or move the file away"
        )
    MIGRATIONS[newer](connection)
    is_schema = schema.meta.c.key == "schema"
    connection.execute(update(schema.meta).where(is_schema).values(value=newer))
    log.info("ledger: brought from schema %s to %s", version, newer)
    return newer


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(schema.meta.name):
        return None
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))
