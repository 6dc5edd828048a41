"""Formulas and misread signs in a text, read as the plain numbers that they stand for.

Converters of PDF write numbers as formulas (``$5.8\\%$``, ``$31\\ \\mu g/m^3$``), recognition writes ‰ as ``%o``.
Works on a view: what is left out or read as another character only shortens it, the offsets stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PLAIN_MARKUP = re.compile(r"\$[^$]{0,80}[\d\\][^$]{0,80}\$|(?<=\d)%o(?![A-Za-z])")
"""What is not read as it is written: a formula with a number or a command, or a misread ‰."""
_COMMAND = re.compile(
    r"\\(?:mathrm|mathbf|mathit|mathsf|text|textbf|rm|bf|operatorname|boldsymbol|quad|qquad|left|right|displaystyle|hspace|enspace)"
    r"|\\(?P<letter>mu|times|sim|geq|leq|ge|le|pm|circ|cdot)"
    r"|\\(?P<sign>[%#&_$])|[\\{}$^_~\x1f]|%(?P<per>o)"
)
_LETTERS = {"mu": "μ", "times": "×", "sim": "~", "geq": "≥", "ge": "≥", "leq": "≤", "le": "≤", "pm": "±", "circ": "°", "cdot": "·"}


def without_markup(text: str, origin: Sequence[int]) -> tuple[str, list[int]]:
    """The text with formulas as plain characters, and for each character the offset that it has in the document."""
    characters: list[str] = []
    places: list[int] = []
    position = 0
    for formula in PLAIN_MARKUP.finditer(text):
        characters.append(text[position : formula.start()])
        places.extend(origin[position : formula.start()])
        at = formula.start()
        for command in _COMMAND.finditer(text, *formula.span()):
            characters.append(text[at : command.start()])
            places.extend(origin[at : command.start()])
            plain = _plain(command)
            characters.append(plain)
            places.extend([origin[command.end() - 1]] * len(plain))
            at = command.end()
        characters.append(text[at : formula.end()])
        places.extend(origin[at : formula.end()])
        position = formula.end()
    characters.append(text[position:])
    places.extend(origin[position:])
    return "".join(characters), places


def _plain(command: re.Match[str]) -> str:
    """What a command stands for; empty where it only sets type."""
    if command["per"]:
        return "‰"
    if command["sign"]:
        return command["sign"]
    return _LETTERS.get(command["letter"] or "", "")
