"""What a decorator may be put on: a callable, a method's descriptor, or a class with its own public methods.

How a callable is wrapped is in wrapping; here it is only found, and put back where it was.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]

OBSERVED = "__otelkit_operation__"
"""Attribute of a wrapper: the name of the operation that it is. Copied by decorators above it (functools.wraps)."""

_HOLDING_ONE = (staticmethod, classmethod)

_BOUND_ON_ACCESS = {"cached_property", "partialmethod", "singledispatchmethod"}


def decorate(target: Any, wrap: Wrap) -> Any:
    """Return a target with what it calls wrapped: of the same kind as it was.

    Args:
        target: a callable, staticmethod, classmethod or property; no class.
        wrap: turns a callable into its wrapper.

    Raises:
        TypeError: when there is nothing in it that could be wrapped.

    """
    if issubclass(type(target), _HOLDING_ONE):
        return type(target)(wrap(target.__func__))
    if isinstance(target, property):
        get, write, delete = [None if each is None else wrap(each) for each in (target.fget, target.fset, target.fdel)]
        return property(get, write, delete, target.__doc__)
    name = type(target).__name__
    if name in _BOUND_ON_ACCESS:
        raise TypeError(f"a {name} cannot be decorated. Put the decorator below @{name}, on the function itself.")
    if not callable(target):
        raise TypeError(f"{target!r} cannot be called, so there is nothing to observe.")
    return wrap(target)


def decorate_class(cls: type, wrap: Wrap) -> None:
    """Wrap the public methods that are written in the body of a class; the class itself stays the object it is.

    Left alone: what is inherited, private, dunder or abstract, properties, nested classes, functions that only happen
    to be attributes, and methods that are observed already.

    Args:
        cls: the class.
        wrap: turns a method's function into its wrapper.

    Raises:
        TypeError: when nothing is left to wrap.

    """
    wrapped: dict[int, Any] = {}
    own = [(name, member) for name, member in vars(cls).items() if _is_own_method(cls, name, member)]
    for name, member in own:
        if id(member) not in wrapped:  # an alias (`load = read`) stays an alias
            wrapped[id(member)] = member if hasattr(_function_of(member), OBSERVED) else decorate(member, wrap)
        setattr(cls, name, wrapped[id(member)])
    if not own:
        raise TypeError(
            f"class {cls.__qualname__} has no public method of its own that could be observed. "
            "Decorate the function that matters instead."
        )


def _is_own_method(cls: type, name: str, member: object) -> bool:
    function = _function_of(member)
    if name.startswith("_") or function is None or getattr(function, "__isabstractmethod__", False):
        return False
    # A lambda or an imported function that is an attribute (a dataclass's default, say) is not written in the body.
    owner, _, own_name = function.__qualname__.rpartition(".")
    return owner == cls.__qualname__ and own_name != "<lambda>"


def _function_of(member: object) -> types.FunctionType | None:
    function = getattr(member, "__func__", None) if issubclass(type(member), _HOLDING_ONE) else member
    return function if isinstance(function, types.FunctionType) else None
