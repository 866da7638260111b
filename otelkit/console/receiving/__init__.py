"""OTLP as it arrives: bodies are unpacked, parsed, judged and turned into the console's rows.

No HTTP framework and no SQL here.
"""
