"""The demonstration behind ``otelkit demo``: example services, replayer and console, run together and checked.

Arguments are handled in ``otelkit.cli.demo``; the services and the replayer are the example's, and run as programs.
"""
