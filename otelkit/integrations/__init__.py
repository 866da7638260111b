"""Other people's libraries, observed: official instrumentation with otelkit's defaults, each undone by its handle.

One module per library, imported only when it is used; the package behind it is an extra.
"""
