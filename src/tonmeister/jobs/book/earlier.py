"""Results by content: what was done before answers the same request again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.validation import check_params
from tonmeister.jobs.book.ledger import Change
from tonmeister.jobs.keys import asset_refs, content_key, with_names_replaced
from tonmeister.jobs.plans import references, resolve
from tonmeister.jobs.troubles import missing_asset
from tonmeister.store.database import make_id
from tonmeister.store.tables import BLOBS, RESULTS, STEPS

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry
    from tonmeister.jobs.book.ledger import Row
    from tonmeister.jobs.book.products import Products
    from tonmeister.store.database import Database


def _insert_new(change: Change, table: sa.Table, **values: Any) -> Any:
    """Return an insertion that leaves a row of the same key as it is."""
    if change.is_sqlite:
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).values(**values).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).values(**values).on_conflict_do_nothing()


def resolved(change: Change, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step's parameters with the results of earlier steps put in."""
    names = set(references(row["params"]))
    if not names:
        return dict(row["params"])
    results = {
        found.name: found.result
        for found in change.connection.execute(
            sa.select(STEPS.c.name, STEPS.c.result).where(
                STEPS.c.job_id == row["job_id"], STEPS.c.name.in_(names), STEPS.c.state == "completed"
            )
        )
    }
    given: dict[str, Any] = resolve(row["params"], results)
    return given


def _key_of(
    registry: Registry, change: Change, capability: str, params: Mapping[str, Any]
) -> tuple[str, Any, dict[str, Any]]:
    found = registry[capability]
    checked = check_params(found.params, params)
    refs = asset_refs(found, checked.model_dump(mode="json"))
    facts = change.assets(refs)
    for ref in refs:
        if ref not in facts:
            raise missing_asset(ref)
    return content_key(found, checked, facts), checked, facts


def find_result(database: Database, registry: Registry, capability: str, params: Mapping[str, Any]) -> Any:
    """Return what the same work on the same material has left, as data; none if there is none that still holds.

    Nothing is begun. A result of which a file was removed does not hold: a job would bring that file back. What is
    found counts as used, so that it is not tidied away.
    """
    with database.write() as connection:
        change = Change(connection, database.now(connection), database.is_sqlite)
        key, _, _ = _key_of(registry, change, capability, params)
        kept = connection.execute(sa.select(RESULTS.c.result, RESULTS.c.products).where(RESULTS.c.key == key)).first()
        if kept is None or len(change.assets([one["asset_id"] for one in kept.products])) < len(kept.products):
            return None
        connection.execute(sa.update(RESULTS).where(RESULTS.c.key == key).values(used_at=change.now))
        return kept.result


class EarlierResults:
    """Finds and keeps results under keys of their content."""

    def __init__(self, registry: Registry, products: Products):
        self._registry = registry
        self._products = products

    def key_of(self, change: Change, capability: str, params: Mapping[str, Any]) -> tuple[str, Any, dict[str, Any]]:
        """Return the key of a step's result, its checked parameters and the facts of its assets."""
        return _key_of(self._registry, change, capability, params)

    def take(
        self, change: Change, job: Row, row: Mapping[str, Any], key: str
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """Return the result kept under the key with its products; none if there is none that still holds."""
        kept = change.connection.execute(sa.select(RESULTS).where(RESULTS.c.key == key)).mappings().first()
        if kept is None:
            return None
        adopted = self._adopt(change, dict(kept), job, row)
        if adopted is None:
            change.connection.execute(sa.delete(RESULTS).where(RESULTS.c.key == key))
            return None
        change.connection.execute(
            sa.update(RESULTS).where(RESULTS.c.key == key).values(used_at=change.now, n_uses=RESULTS.c.n_uses + 1)
        )
        return adopted

    def _adopt(
        self, change: Change, kept: Row, job: Row, step: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """Return an earlier result with its products; those that were removed come back as assets of this job.

        Products of the studio's own jobs are parts of one asset and go with it, so they are never shared.
        """
        wanted = list(kept["products"])
        alive = {} if job["is_system"] else change.assets([product["asset_id"] for product in wanted])
        hashes = {product["sha256"] for product in wanted if product["asset_id"] not in alive}
        # Locked until the end: a clean-up at this moment must find the new asset, or we that the file is gone.
        there = sa.select(BLOBS.c.sha256).where(BLOBS.c.sha256.in_(hashes)).with_for_update(read=True, key_share=True)
        stored = set(change.connection.execute(there).scalars() if hashes else ())
        if not hashes <= stored:
            return None
        fresh = {product["asset_id"]: make_id() for product in wanted if product["asset_id"] not in alive}
        made = [
            {**product, "asset_id": fresh[product["asset_id"]]} for product in wanted if product["asset_id"] in fresh
        ]
        result = with_names_replaced(kept["result"], fresh)
        self._products.add(change, job, step, result, made)
        products = [{**product, "asset_id": fresh.get(product["asset_id"], product["asset_id"])} for product in wanted]
        return result, products

    def keep(
        self, change: Change, key: str, capability: str, result: Any, products: Sequence[Mapping[str, Any]]
    ) -> None:
        """Keep a result under its key; the first of equal ones stays."""
        self._products.store(change, products)
        change.connection.execute(
            _insert_new(
                change,
                RESULTS,
                key=key,
                capability=capability,
                result=result,
                products=[dict(product) for product in products],
                created_at=change.now,
                used_at=change.now,
                n_uses=0,
            )
        )
