"""The embedded backend for the laptop: OTLP in, an SQLite store, a REST API and one web page.

Start it with ``otelkit console`` or ``otelkit.console.server.ConsoleServer``; needs the extra ``console``.
"""
