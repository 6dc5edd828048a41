"""The lexicon in force, and what modules derive from it.

A module names its rules once, at its top (``_SHARE = pattern("share")``). Nothing is read then: a name follows the lexicon
in force and is bound to its compiled pattern at first use, so that the hot path costs one attribute. :func:`using` puts
another lexicon in force, for a user's overlay or for a test; everything derived from the one before is dropped. One
lexicon is in force in a process at a time. Handing it through the thirty functions between a document and a word would
cost a parameter each and, measured, a tenth of the speed.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from transforms.lexicon.loader import Lexicon

P = ParamSpec("P")
T = TypeVar("T")


class _InForce:
    """The lexicon in force, what was derived from it, and the names bound to it."""

    lexicon = Lexicon()
    derived: list[Any] = []  # noqa: RUF012  (one list for the process)
    bound: list[PatternName] = []  # noqa: RUF012


class PatternName:
    """A pattern of ``wording.yml`` by its id: used like a compiled pattern, bound at first use."""

    # as of re.Pattern[str]; set at first use
    pattern: str
    search: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    findall: Callable[..., list[Any]]
    split: Callable[..., list[str]]
    sub: Callable[..., str]

    def __init__(self, name: str) -> None:
        self.id = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        compiled = _InForce.lexicon.pattern(self.id)
        value = getattr(compiled, attribute)
        self.__dict__[attribute] = value
        _InForce.bound.append(self)
        return value

    def unbind(self) -> None:
        """Forget the compiled pattern; the next use binds anew."""
        name = self.id
        self.__dict__.clear()
        self.id = name


def derived(function: Callable[P, T]) -> Callable[P, T]:
    """Remember a function's results for as long as the lexicon is in force (as :func:`functools.cache` does for good)."""
    remembered: Any = functools.cache(function)
    _InForce.derived.append(remembered)
    typed: Callable[P, T] = remembered
    return typed


def derived_up_to(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """As :func:`derived`, with at most so many results remembered."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        remembered: Any = functools.lru_cache(most)(function)
        _InForce.derived.append(remembered)
        typed: Callable[P, T] = remembered
        return typed

    return decorate


def pattern(name: str) -> PatternName:
    """The pattern of that id in ``wording.yml`` of whichever lexicon is in force.

    Its use raises LexiconError where there is no such pattern.
    """
    return PatternName(name)


def load(name: str) -> Any:
    """The content of a file of the lexicon in force."""
    return _InForce.lexicon.file(name)


def expand(text: str) -> str:
    """A pattern with the macros of the lexicon in force written out."""
    return _InForce.lexicon.expand(text)


def in_force() -> Lexicon:
    """The lexicon in force."""
    return _InForce.lexicon


def put_in_force(lexicon: Lexicon) -> None:
    """Make a lexicon the one in force and drop all that was derived from the one before."""
    _InForce.lexicon = lexicon
    for remembered in _InForce.derived:
        remembered.cache_clear()
    for name in _InForce.bound:
        name.unbind()
    _InForce.bound.clear()


@contextlib.contextmanager
def using(lexicon: Lexicon) -> Iterator[Lexicon]:
    """Read by another lexicon within a ``with`` block."""
    before = _InForce.lexicon
    put_in_force(lexicon)
    try:
        yield lexicon
    finally:
        put_in_force(before)
