"""Requests that carry a key of their client: the same key again gets the same answer, and nothing is done twice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tonmeister.core.errors import IdempotencyError, ParameterError
from tonmeister.store.database import Database
from tonmeister.store.tables import IDEMPOTENCY

KEEP_S = 86400.0
"""How long an answer is kept."""

STUCK_S = 300.0
"""After how long a request without an answer is taken for dead, so that its key may be used anew."""

MAX_KEY = 160


class Idempotency:
    """The keys in a database."""

    def __init__(self, database: Database):
        self._database = database

    def begin(self, key: str, request_hash: str) -> tuple[int, str] | None:
        """Claim a key for a request: None says go on, else it is the earlier answer (HTTP status and body).

        Raises `IdempotencyError` if the key was used for another request, or that request is still running.
        """
        if not 1 <= len(key) <= MAX_KEY:
            raise ParameterError(
                f"The idempotency key has {len(key)} characters; it must have from 1 to {MAX_KEY}.",
                field="idempotency-key",
                bound=MAX_KEY,
                remedy="Send a UUID.",
            )
        with self._database.write() as connection:
            now = self._database.now(connection)
            is_old = sa.or_(
                IDEMPOTENCY.c.created_at < now - KEEP_S,
                sa.and_(IDEMPOTENCY.c.status.is_(None), IDEMPOTENCY.c.created_at < now - STUCK_S),
            )
            connection.execute(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key, is_old))
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            claim = insert(IDEMPOTENCY).values(key=key, request_hash=request_hash, created_at=now)
            claimed = connection.execute(claim.on_conflict_do_nothing().returning(IDEMPOTENCY.c.key))
            if claimed.first() is not None:
                return None
            query = sa.select(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key)
            earlier = connection.execute(query).mappings().one()
        if earlier["request_hash"] != request_hash:
            raise IdempotencyError(
                "The idempotency key was used for another request.",
                field="idempotency-key",
                value=key.partition("/")[2] or key,  # without the owner before it
                remedy="Use a fresh key for a fresh request.",
            )
        if earlier["status"] is None:
            raise IdempotencyError(
                "The request with this idempotency key is still running.",
                field="idempotency-key",
                value=key.partition("/")[2] or key,  # without the owner before it
                remedy="Wait a moment, then send it again.",
            )
        return earlier["status"], earlier["body"] or ""

    def finish(self, key: str, status: int, body: str) -> None:
        """Keep the answer."""
        with self._database.write() as connection:
            query = sa.update(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key)
            connection.execute(query.values(status=status, body=body))

    def forget(self, key: str) -> None:
        """Free the key of a request that failed, so that it may be tried again."""
        with self._database.write() as connection:
            connection.execute(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key, IDEMPOTENCY.c.status.is_(None)))

    def purge(self) -> int:
        """Remove answers that are old; return how many."""
        with self._database.write() as connection:
            before = self._database.now(connection) - KEEP_S
            return connection.execute(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at < before)).rowcount
