"""The SQLite store: schema, writing, retention, and the queries of the views.

What is received is judged in ``otelkit.console.receiving``; HTTP is in ``otelkit.console.serving``.
"""
