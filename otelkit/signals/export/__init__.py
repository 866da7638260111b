"""The one door out for three signals: what is delivered, what is refused, and how it is encoded and sent.

Behind it stand the official exporters; nothing outside this room names them.
"""
