"""Things that many rows name (services, resources, scopes, instruments, series): kept once, found by their id.

Ids are remembered in memory; what a rolled-back transaction made is forgotten with it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.records import Instrument, Resource, Scope

_Key: TypeAlias = "tuple[str | int, ...]"

_REMEMBERED: Final = 20_000
_NOT_ASKED: Final = -1


class _Kind(NamedTuple):
    """How one kind of shared row is made unless it exists, and how it is found by its identity."""

    make: str
    find: str


_SERVICE: Final = _Kind(
    "INSERT INTO services (name, last_seen) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "SELECT id FROM services WHERE name = ?",
)
_RESOURCE: Final = _Kind(
    "INSERT INTO resources (service, source, attributes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    "SELECT id FROM resources WHERE attributes = ?",
)
_SCOPE: Final = _Kind(
    "INSERT INTO scopes (name, version, attributes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    "SELECT id FROM scopes WHERE name = ? AND version = ? AND attributes = ?",
)
_INSTRUMENT: Final = _Kind(
    "INSERT INTO instruments (name, kind, monotonic, unit, description, last_seen) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING",
    "SELECT id FROM instruments WHERE name = ? AND kind = ? AND monotonic = ? AND unit = ?",
)
_SERIES: Final = _Kind(
    "INSERT INTO series (instrument, source, scope, attributes, resource, service) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET resource = excluded.resource",
    "SELECT id FROM series WHERE instrument = ? AND source = ? AND scope = ? AND attributes = ?",
)


class Owner(NamedTuple):
    """Whose a row is: the ids of its service, resource and scope, and what tells the resource's process apart."""

    service: int
    resource: int
    scope: int
    source: str


class Interning:
    """Gives ids of shared rows, making the rows that do not exist yet. Used under the database's write lock."""

    def __init__(self) -> None:
        self._ids: dict[tuple[_Kind, _Key], int] = {}
        self.made = 0
        """How many identities were looked up in the database so far: an upper bound of the rows made."""

    def forget(self) -> None:
        """Forget all ids: rows may have gone."""
        self._ids.clear()

    def owner(self, connection: sqlite3.Connection, resource: Resource, scope: Scope) -> Owner:
        """Give the owner's ids; its service is marked as seen now."""
        now = time.time_ns()
        service = self._id(connection, _SERVICE, (resource.service,), (resource.service, now))
        connection.execute("UPDATE services SET last_seen = ? WHERE id = ?", (now, service))
        values = (service, resource.source, resource.attributes)
        resource_id = self._id(connection, _RESOURCE, (resource.attributes,), values)
        return Owner(service, resource_id, self._id(connection, _SCOPE, scope, scope), resource.source)

    def instrument(self, connection: sqlite3.Connection, instrument: Instrument, description: str) -> int:
        """Give the instrument's id; the last description and the time of its last points are kept."""
        now = time.time_ns()
        flag = _NOT_ASKED if instrument.monotonic is None else int(instrument.monotonic)
        key = (instrument.name, instrument.kind, flag, instrument.unit)
        found = self._id(connection, _INSTRUMENT, key, (*key, description, now))
        connection.execute(
            "UPDATE instruments SET description = ?, last_seen = ? WHERE id = ?", (description, now, found)
        )
        return found

    def series(self, connection: sqlite3.Connection, instrument: int, attributes: str, *, owner: Owner) -> int:
        """Give the series' id."""
        key = (instrument, owner.source, owner.scope, attributes)
        return self._id(connection, _SERIES, key, (*key, owner.resource, owner.service))

    def _id(self, connection: sqlite3.Connection, kind: _Kind, key: _Key, values: _Key) -> int:
        found = self._ids.get((kind, key))
        if found is not None:
            return found
        if len(self._ids) >= _REMEMBERED:
            self._ids.clear()
        connection.execute(kind.make, values)
        row: tuple[int] = connection.execute(kind.find, key).fetchone()
        self._ids[kind, key] = row[0]
        self.made += 1
        return row[0]
