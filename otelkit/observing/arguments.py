"""Finds chosen arguments in a call by rules made once at decoration: no signature is bound per call.

What is done with the values is decided elsewhere.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otelkit.settings.spelling import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Find = Callable[[tuple[object, ...], Mapping[str, object]], object]


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One parameter of a decorated function and the way to its value."""

    name: str
    find: Find
    """Takes the call's ``args`` and ``kwargs``; gives the value, or the default.

    A required argument that the caller left out is None: the call itself will raise."""


def parameters_of(function: Callable[..., Any]) -> dict[str, Argument]:
    """Return the ways to every argument of a callable, by parameter name.

    Args:
        function: any callable that has a signature.

    Raises:
        TypeError: when it has none (some callables written in C).

    Example:
        >>> def review(case_id, note="", *, urgent=False): ...
        >>> ways = parameters_of(review)
        >>> ways["note"].find(("c-1",), {}), ways["urgent"].find(("c-1",), {"urgent": True})
        ('', True)

    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:
        raise TypeError(f"{function!r} has no signature, so capture and labels cannot name its arguments.") from None
    named = frozenset(each.name for each in parameters if each.kind not in (each.VAR_KEYWORD, each.POSITIONAL_ONLY))
    return {
        each.name: Argument(name=each.name, find=_way_to(each, position, named))
        for position, each in enumerate(parameters)
    }


def check_names(function_name: str, option: str, names: Iterable[object], parameters: Iterable[str]) -> None:
    """Refuse names that are no parameters.

    Args:
        function_name: for the message.
        option: ``"capture"`` or ``"labels"``.
        names: what the user wrote.
        parameters: what would have been right.

    Raises:
        TypeError: with the nearest right name.

    """
    known = [each for each in parameters if each not in {"self", "cls"}]
    for name in names:
        if name in known:
            continue
        near = closest(name, known, cutoff=0.6) if isinstance(name, str) else None
        hint = f"Did you mean {near!r}? " if near else ""
        has = f"It has: {', '.join(known)}." if known else "It has none."
        raise TypeError(f"{option} names {name!r}, but {function_name}() has no such parameter. {hint}{has}")


def check_is_names(option: str, names: Sequence[str] | Mapping[str, object]) -> None:
    """Refuse a single string where names are expected: it would be taken letter by letter.

    Raises:
        TypeError: with what to write instead.

    """
    if isinstance(names, str):
        raise TypeError(f"{option} takes a sequence of argument names: write {option}=({names!r},), with the comma.")


def _way_to(parameter: inspect.Parameter, position: int, named: frozenset[str]) -> Find:
    name = parameter.name
    default: object = None if parameter.default is parameter.empty else parameter.default
    match parameter.kind:
        case inspect.Parameter.POSITIONAL_ONLY:
            return lambda args, _: args[position] if len(args) > position else default
        case inspect.Parameter.KEYWORD_ONLY:
            return lambda _, kwargs: kwargs.get(name, default)
        case inspect.Parameter.VAR_POSITIONAL:
            return lambda args, _: args[position:]
        case inspect.Parameter.VAR_KEYWORD:
            return lambda _, kwargs: {key: value for key, value in kwargs.items() if key not in named}
        case _:
            return lambda args, kwargs: args[position] if len(args) > position else kwargs.get(name, default)
