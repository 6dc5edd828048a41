"""Whether all that the program knows as data can be meant: asked once, before any document is read.

Each file is read by the module that it belongs to, when it is first needed; here all are read, so that a broken entry is told
with its file and its reason instead of failing every document.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from transforms.lexicon import FOLDER, LexiconError, RulesError, load

_SAMPLE = "某区2023年政府工作报告\n一、2022年工作回顾\n初步预计，粮食产量26万吨，增长3%左右，带动3.2万农民增收，优良天数比率达80%以上。\n"
"""A text whose reading asks every file."""


def check_rules() -> None:
    """Read every file of rules and of corrections, and a sentence by them.

    Raises:
        RulesError: one of them cannot be meant; the message names the file, the entry and what to write.
    """
    for path in sorted(FOLDER.glob("*.yml")):
        _ask(path.name, functools.partial(load, path.name))
    for name, read in _ask("wording.yml", _readers).items():
        _ask(name, read)
    _ask("*.yml", _read_sample)


def _ask(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except RulesError:
        raise
    except Exception as error:  # whatever a wrong shape makes of the code that takes it apart
        what = f"{type(error).__name__}: {str(error)[:200]}"
        raise LexiconError(f"transforms/lexicon/{name}: an entry has not the shape of the others ({what})") from error


def _readers() -> dict[str, Callable[[], Any]]:
    """What reads each file; the modules themselves take the patterns of ``wording.yml`` as they are imported."""
    from transforms import corrections
    from transforms.decode import boilerplate as furniture
    from transforms.numbers import classify, quantities, units
    from transforms.reading import catalogue
    from transforms.reading import cue_grammar as cues
    from transforms.tables import headings
    from transforms.text import part_evidence

    return {
        "numbers.yml": classify.rules,
        "units.yml": units.units,
        "indicators.yml": catalogue.indicators,
        "implied_units.yml": quantities.implied_units,
        "cues.yml": cues.cues,
        "parts.yml": lambda: (part_evidence.rules(2023), part_evidence.tenses()),
        "furniture.yml": furniture.rules,
        "table_headings.yml": lambda: (headings.kind_rules(), headings.status_rules()),
        "corrections.yml": corrections.corrections,
    }


def _read_sample() -> None:
    from transforms.extract import extract
    from transforms.pipeline import read_document
    from transforms.types import RawFile

    extract(read_document(RawFile("sample.txt", _SAMPLE.encode())))
