"""Numbers that are told together: 由 A 提高到 B, and the structure a:b:c of the three sectors."""

from __future__ import annotations

from transforms.lexicon import pattern
from transforms.reading.mentions import Mention
from transforms.reading.time_expressions import Event

_CHANGED_TO = pattern("changed_to")
_FROM = pattern("pair_from")


def _goes_on(mentions: list[Mention], at: int) -> bool:
    """Whether a number goes on a structure a:b:c: nothing but the colon parts it from the number before."""
    if not 0 < at < len(mentions) or mentions[at].quantity.kind != "structure":
        return False
    before = mentions[at - 1].quantity
    return before.kind == "structure" and mentions[at].quantity.start == before.end + 1


def first_of_structure(mentions: list[Mention], at: int) -> int:
    """The first number of the 三次产业结构 that a number belongs to; the number itself where it is none."""
    while _goes_on(mentions, at):
        at -= 1
    return at


def starts_pair(mentions: list[Mention], at: int) -> bool:
    """Whether a mention is the A of 由 A 提高到 B."""
    if not _FROM.search(mentions[at].left):
        return False
    end = at
    while _goes_on(mentions, end + 1):
        end += 1
    if end + 1 >= len(mentions):
        return False
    following = mentions[end + 1]
    close = following.left_start - mentions[end].quantity.bound_end <= 1
    return close and _CHANGED_TO.match(following.left.lstrip("，")) is not None


def times_of_pairs(text: str, mentions: list[Mention], named: list[Event]) -> dict[int, int]:
    """The times that hold for the A of 由 A 提高到 B alone (由去年的 A): where each stands, and which number it is of.

    A time behind 由 that is of no number (由上年第四位上升为第三位) is of none, which -1 says.
    """
    local = {event.at: -1 for event in named if text[event.at - 1 : event.at] in ("由", "从") and event.kind not in ("span", "between")}
    for at, mention in enumerate(mentions):
        if starts_pair(mentions, at):
            start = max(text.rfind(word, mention.left_start, mention.quantity.start) for word in "由从自")
            local.update({event.at: at for event in named if start <= event.at < mention.quantity.start})
    return local
