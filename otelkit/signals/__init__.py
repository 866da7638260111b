"""The three signals, one room each, and what they share on the way out.

Traces, metrics and logs run on the official SDK behind proxies, so that `init` can swap what is behind them.
"""
