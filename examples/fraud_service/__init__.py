"""The fraud example: two small FastAPI services that score real web pages, and a replayer that drives them.

It uses otelkit as any service would and is no part of the otelkit package; start at README.md.
"""
