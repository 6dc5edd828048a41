"""Repairs of single characters and of whole texts that were decoded wrongly somewhere on their way.

Everything that is folded is folded one character to one, so that the text stays as it was written; only characters that
nobody sees (controls, direction marks, zero-width ones) are taken out. Nothing is folded that a reader tells apart:
full-width digits and punctuation stay.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter

from transforms.lexicon import LexiconError, derived, load

# The radicals supplement has almost no decompositions in Unicode, yet PDF fonts map ordinary characters to it.
_RADICALS = (
    "⺁厂⺈刀⺋㔾⺒巳⺓幺⺛旡⺜日⺝月⺞歹⺟母⺠民⺥爪⺦丬⺧牛⺨犬⺩玉⺫目⺬示⺮竹⺯糸⺰纟⺱网⺲罒⺶羊⺷羊⺸羊⺹老⺺聿⺼肉"
    "⺽臼⻁虎⻂衣⻃西⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食"
    "⻟食⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_COMPATIBILITY = ((0x2F00, 0x2FE0), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
_LINE_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufffc\ufff9\ufffa\ufffb"
)


@functools.cache
def lookalikes() -> dict[int, str]:
    """Compatibility ideographs and radicals with the ordinary character that each looks like."""
    table = {ord(_RADICALS[i]): _RADICALS[i + 1] for i in range(0, len(_RADICALS), 2)}
    for start, end in _COMPATIBILITY:
        for code in range(start, end):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code) and "CJK" in unicodedata.name(chr(code), "") + unicodedata.name(plain, ""):
                table[code] = plain
    return table


@derived
def private_characters() -> dict[int, str]:
    """Private characters that are known (``lexicon/private_characters.yml``), each with the plain one that it is read as."""
    table: dict[int, str] = {}
    for entry in load("private_characters.yml"):
        code, reads = str(entry["code"]), str(entry["reads"])
        if not re.fullmatch(r"U\+[0-9A-F]{4,6}", code) or len(reads) != 1:
            raise LexiconError(
                f"transforms/lexicon/private_characters.yml: entry {code!r}: code is U+ and 4 to 6 hexadecimal digits, reads one character"
            )
        table[int(code[2:], 16)] = reads
    return table


@derived
def _replacements() -> dict[int, str | None]:
    table: dict[int, str | None] = {**lookalikes(), **private_characters()}
    table.update((code, None) for code in (*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF) if code not in (0x09, 0x0A))
    table.update((ord(c), None) for c in _UNSEEN)
    table.update((code, None) for code in (*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)))
    table.update((ord(c), "\n") for c in _LINE_BREAKS)
    table.update((code, "\ufffd") for code in range(0xD800, 0xE000))
    return table


def unknown_in_numbers(text: str) -> Counter[str]:
    """Private characters between two digits, as ``U+E123``, and how often each stands there: such numbers are not read."""
    if text.isascii():
        return Counter()
    return Counter(f"U+{ord(found.group(1)):04X}" for found in _PRIVATE_IN_NUMBER.finditer(text))


def fold(text: str) -> str:
    """The text with compatibility ideographs and radicals as ordinary characters; its length never changes."""
    return text.translate(lookalikes())


# Nearly every text has nothing to mend: one look is twenty times cheaper than a translation.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2e80-\u2fdf"
    "\ud800-\udfff\uf900-\ufaff\ufe00-\ufe0f\ufeff\ufff9-\ufffc\ufffe\uffff\U0002f800-\U0002fa1f\U000e0000-\U000e007f\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
_PRIVATE_IN_NUMBER = re.compile("[0-9０-９]([\ue000-\uf8ff\U000f0000-\U0010ffff])[0-9０-９]")


def clean(text: str) -> str:
    """The text with ``\\n`` as its only line break, look-alikes folded, and controls and unseen characters taken out."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_replacements()) if _SUSPECT.search(text) else text


_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPE = re.compile(r"\\r\\n|\\n|\\r|\\t")


def unescape(text: str) -> str:
    r"""The text with literal ``\r\n`` (a backslash and a letter) as the line breaks they stand for.

    Only where they clearly are line breaks: at least three, and more of them than of real ones.
    """
    if "\\" not in text:
        return text
    if _UNICODE.search(text) and sum(1 for _ in _UNICODE.finditer(text[:20_000])) > 20 and commonness(text) == 0.0:
        text = _UNICODE.sub(lambda found: chr(int(found.group(1), 16)), text)
    found = sum(1 for _ in _ESCAPE.finditer(text))
    if found < 3 or found <= text.count("\n"):
        return text
    return _ESCAPE.sub(lambda m: "\t" if m.group() == "\\t" else "\n", text)


_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小现实加量都两体制机当使点从业本去把性好应开合还因由其些前外天政四日社义事平形相全表间与"
    "关各重新线内数正心反明看原又利比或但质第向道命此变条只没结解问意建月公无系军很者最立代想已通提直题党程展五果料员革位入常文总次品式"
    "活设及管特件长求老基资边流路级少图山统接知较将组见计手根期论运农指几九区强放决西被干做必战先回则任取据处理府报告市省县政务实保持续"
    "一二三四五六七八九十百千万亿元增收支出预算经济"
    "這個們來國時說為會對於發動學還無進過種電裡與應關開點業問實體華東後當經現長見從兩機義統報區處達總設際計產優質增務"
    "，。、；：（）《》“”！？．％０１２３４５６７８９　"
)


_BEYOND_ASCII = re.compile("[\x00-\x7f]+")
_UNCOMMON = re.compile(f"[^{''.join(sorted(_COMMON))}]+")


def commonness(text: str, sample: int = 10_000) -> float:
    """Share of the characters beyond ASCII that are among the commonest of Chinese text; 0 where there are none.

    Real text has 0.35 and more, wrongly decoded text below 0.15.
    """
    part = text[:sample]
    beyond = len(_BEYOND_ASCII.sub("", part))
    return len(_UNCOMMON.sub("", part)) / beyond if beyond else 0.0


def _recode(text: str, written: str, read: str) -> str | None:
    try:
        return text.encode(written).decode(read)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def repair_mojibake(text: str) -> tuple[str, str | None]:
    """The text as it was before it was decoded with the wrong encoding, and what that was; the text itself if it is sound.

    Only a text that has hardly a common Chinese character is touched, and only where another reading of it clearly has.
    """
    sample = text[:10_000]
    beyond = len(_BEYOND_ASCII.sub("", sample))
    if beyond < 20 or beyond < len(sample) / 10 or commonness(sample) > 0.2:
        return text, None
    western = sum("\x80" <= c <= "\u2122" for c in sample)
    candidates: list[tuple[str, str | None]] = []
    if western > beyond / 2:
        from ftfy import fix_encoding  # imported only where a text needs it

        candidates = [
            ("UTF-8 read as Western", fix_encoding(text)),
            ("GB18030 read as Western", _recode(text, "latin-1", "gb18030") or _recode(text, "cp1252", "gb18030")),
        ]
    else:
        candidates = [
            ("UTF-8 read as GB18030", _recode(text, "gb18030", "utf-8")),
            ("UTF-8 read as GB18030", "\n".join(_recode(line, "gb18030", "utf-8") or line for line in text.split("\n"))),
        ]
    for name, candidate in candidates:
        if candidate and candidate != text and commonness(candidate) > 0.3:
            return candidate, name
    return text, None
