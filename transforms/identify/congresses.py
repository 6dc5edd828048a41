"""Years that are named by what took place in them: sessions of the National People's Congress, congresses of the party."""

from __future__ import annotations

from transforms.lexicon import load

_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_ONES = "零一二三四五六七八九"


def number(text: str) -> int:
    """A small number in Arabic or Chinese numerals; 0 where it is none."""
    digits = text.translate(_WIDE)
    if digits.isdigit():
        return int(digits)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_ONES.find(tens) if tens else 1) * 10 + (_ONES.find(ones) if ones else 0)
    return max(0, _ONES.find(text)) if len(text) == 1 else 0


def congress_year(term: int, session: int) -> int | None:
    """The year of a session of the National People's Congress; None where there was none."""
    table: dict[int, list[int]] = load("congresses.yml")
    years = table.get(term, [])
    return years[session - 1] if 0 < session <= len(years) else None


def party_congress_year(ordinal: int) -> int | None:
    """The year of a congress of the party; None where the list does not have it."""
    table: dict[int, int] = load("party_congresses.yml")["congresses"]
    return table.get(ordinal)


def year_citing(term: int, meetings: str) -> int | None:
    """The year of the reports that cite a meeting of the Central Committee of a term as the latest one.

    ``meetings`` are the numerals of the meetings cited, the last one counts; empty for the congress itself.
    """
    table: dict[int, dict[int, int]] = load("party_congresses.yml")["meetings"]
    cited = max((number(numeral) for numeral in meetings), default=0)
    return table.get(term, {}).get(cited)
