"""One transaction of the outbox."""

import sqlite3
from typing import Any

from bot.errors import OutboxError


class Transaction:
    """BEGIN to COMMIT; any failure rolls back, and one of the file is an OutboxError."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be written") from error
        return self._connection

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        except sqlite3.Error as failed:
            error = failed
        if error is None:
            return
        if self._connection.in_transaction:
            self._connection.rollback()
        if isinstance(error, sqlite3.Error | OverflowError):
            raise OutboxError("the outbox cannot be written") from error
