"""The tables of the console's database and the indexes that its views need.

Opening the file and everything that runs on it is in ``database``.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x6F746B31
"""Marks an SQLite file as the console's ("otk1")."""

SCHEMA_VERSION: Final = 1
"""Kept in ``user_version``; a file of another version is refused, not migrated: the data is a laptop's."""

TABLES: Final = (
    "services",
    "resources",
    "scopes",
    "traces",
    "trace_services",
    "awaited_parents",
    "spans",
    "logs",
    "instruments",
    "series",
    "points",
    "exemplars",
    "ledger",
)

SCHEMA: Final = """
CREATE TABLE services (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last_seen INTEGER NOT NULL            -- when something of it last arrived, Unix nanoseconds
);
CREATE TABLE resources (
    id INTEGER PRIMARY KEY,
    service INTEGER NOT NULL,
    source TEXT NOT NULL,                 -- tells the processes of one service apart
    attributes TEXT NOT NULL UNIQUE
);
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (name, version, attributes)
);

-- One row a trace, kept up to date as spans arrive, so that the list never looks at spans.
CREATE TABLE traces (
    id INTEGER PRIMARY KEY,               -- in order of arrival: what is evicted first is the lowest
    trace_id BLOB NOT NULL UNIQUE,
    start INTEGER NOT NULL,
    finish INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    roots INTEGER NOT NULL,
    head_is_root INTEGER NOT NULL,        -- the head is the earliest root, or without a root the earliest span
    head_start INTEGER NOT NULL,
    head_name TEXT NOT NULL,
    head_service INTEGER NOT NULL
);
CREATE INDEX traces_by_start ON traces (start);
CREATE TABLE trace_services (
    trace INTEGER NOT NULL,
    service INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    PRIMARY KEY (trace, service)
) WITHOUT ROWID;
-- Parents that spans name and that have not arrived: a trace is complete when it has none and exactly one root.
CREATE TABLE awaited_parents (
    trace INTEGER NOT NULL,
    span_id BLOB NOT NULL,
    PRIMARY KEY (trace, span_id)
) WITHOUT ROWID;
CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL,
    span_id BLOB NOT NULL,
    parent_id BLOB,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    start INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_message TEXT NOT NULL,
    attributes TEXT NOT NULL,
    events TEXT NOT NULL,
    links TEXT NOT NULL,
    resource INTEGER NOT NULL,
    scope INTEGER NOT NULL
);
CREATE UNIQUE INDEX spans_of_trace ON spans (trace, span_id);

CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    severity_number INTEGER NOT NULL,
    severity_text TEXT NOT NULL,
    event_name TEXT,
    body TEXT NOT NULL,
    body_is_json INTEGER NOT NULL,
    trace_id BLOB,
    span_id BLOB,
    attributes TEXT NOT NULL,
    service INTEGER NOT NULL,
    resource INTEGER NOT NULL,
    scope INTEGER NOT NULL
);
CREATE INDEX logs_by_time ON logs (time);
CREATE INDEX logs_by_service ON logs (service, time);
CREATE INDEX logs_of_trace ON logs (trace_id, time) WHERE trace_id IS NOT NULL;

CREATE TABLE instruments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    monotonic INTEGER NOT NULL,           -- -1 where the question does not arise
    unit TEXT NOT NULL,
    description TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE (name, kind, monotonic, unit)
);
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    instrument INTEGER NOT NULL,
    source TEXT NOT NULL,
    scope INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    service INTEGER NOT NULL,
    resource INTEGER NOT NULL,
    UNIQUE (instrument, source, scope, attributes)
);
CREATE TABLE points (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    time INTEGER NOT NULL,
    start INTEGER NOT NULL,               -- since when the value counts
    value,
    count INTEGER,
    sum REAL,
    min REAL,
    max REAL,
    buckets TEXT
);
CREATE UNIQUE INDEX points_of_series ON points (series, time);
CREATE TABLE exemplars (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value NOT NULL,
    trace_id BLOB NOT NULL,
    span_id BLOB NOT NULL,
    attributes TEXT NOT NULL
);
CREATE UNIQUE INDEX exemplars_of_series ON exemplars (series, time, span_id, value);

-- What is no longer, or never was, in the tables above: rejected, and evicted by kind.
CREATE TABLE ledger (
    name TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;
"""
