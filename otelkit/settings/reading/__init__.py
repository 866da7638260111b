"""Readers: from what was given (text of an environment variable, a Python or file value) to a typed value.

A reader never raises and never looks at another setting; what depends on two settings is in `parameters/`.
"""
