"""Lifecycle of telemetry in a process: start, flush, stop, fork, and the errors that must not reach the application.

Knows only the small protocol that a signal fulfils; nothing here imports a signal.
"""
