"""What decorators, instruments and loggers hold: API objects whose backend can be swapped while they are in use.

These modules need the OpenTelemetry API only; the SDK is loaded by the signal that puts a provider behind them.
"""
