"""The console over HTTP: OTLP endpoints, REST API and the page, and what guards them.

What they answer comes from ``otelkit.console.intake`` and ``otelkit.console.store``.
"""
