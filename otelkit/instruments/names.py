"""The rules for names of instruments and attributes, and the message that mends a name which breaks them.

The rules are OpenTelemetry's (semantic-conventions/general/naming.md), plus what Prometheus makes of a name.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_LONGEST = 255

_SUFFIXES_THAT_EXPORTERS_ADD = {
    "total": "exporters add it",
    "seconds": 'say unit="s" instead',
    "milliseconds": 'measure in seconds and say unit="s"',
    "ms": 'measure in seconds and say unit="s"',
    "bytes": 'say unit="By" instead',
}

_TAKEN_ATTRIBUTES = {
    "le": "Prometheus uses it for histogram buckets",
    "quantile": "Prometheus uses it for summaries",
    "job": "Prometheus fills it from service.name",
    "instance": "Prometheus fills it from service.instance.id",
}


def check_instrument_name(name: str) -> None:
    """Refuse a name that no instrument may have.

    Args:
        name: the name to be checked.

    Raises:
        ValueError: when it breaks a rule; the message holds a name that does not.

    Example:
        >>> check_instrument_name("shop.order.count")
        >>> check_instrument_name("shop.orders_total")
        Traceback (most recent call last):
        ...
        ValueError: instrument name 'shop.orders_total' ends in 'total': exporters add it. Try 'shop.orders'.

    """
    _check_spelling("instrument", name)
    last = re.split(r"[._]", name)[-1]
    if last in _SUFFIXES_THAT_EXPORTERS_ADD:
        fix = name[: -len(last)].rstrip("._")
        hint = f" Try {fix!r}." if fix else ""
        raise ValueError(f"instrument name {name!r} ends in {last!r}: {_SUFFIXES_THAT_EXPORTERS_ADD[last]}.{hint}")


def check_attribute_name(name: str) -> None:
    """Refuse a name that no metric attribute may have.

    Args:
        name: the name to be checked.

    Raises:
        ValueError: when it breaks a rule; the message says which and how to mend it.

    Example:
        >>> check_attribute_name("error.type")
        >>> check_attribute_name("le")
        Traceback (most recent call last):
        ...
        ValueError: attribute name 'le' is taken: Prometheus uses it for histogram buckets. Choose another name.

    """
    _check_spelling("attribute", name)
    if name in _TAKEN_ATTRIBUTES:
        raise ValueError(f"attribute name {name!r} is taken: {_TAKEN_ATTRIBUTES[name]}. Choose another name.")


def prometheus_form(name: str) -> str:
    """Return what a name becomes where dots are not allowed: two names with one form would overwrite each other.

    Example:
        >>> prometheus_form("shop.order.count")
        'shop_order_count'

    """
    return name.replace(".", "_")


def _check_spelling(what: str, name: str) -> None:
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - the caller may not be type-checked
        raise ValueError(f"{what} name must be a string such as 'shop.order.count', not {type(name).__name__}.")  # noqa: TRY004 - one kind of error for a bad name
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{what} name {name!r} is not dot-separated lower-case words (letters, digits, '_'; "
            f"each word begins with a letter). Try {_mended(name)!r}."
        )
    if len(name) > _LONGEST:
        raise ValueError(f"{what} name {name[:40]!r}... has {len(name)} characters; at most {_LONGEST} are allowed.")
    if name == "otel" or name.startswith("otel."):
        raise ValueError(f"{what} name {name!r}: 'otel.' is reserved for OpenTelemetry. Use a prefix of your own.")


def _mended(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = [re.sub(r"^[0-9_]+|_+$", "", word) for word in re.sub(r"[^a-z0-9_.]+", "_", snake).split(".")]
    return ".".join(word for word in words if word) or "shop.order.count"
