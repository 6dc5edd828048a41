"""``baogao rules``: what each rule did over some documents, which did nothing, and which served one document only."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from flows.commands.console import printable
from transforms.types import DecodeError, Document, RawFile

AROUND = 10
"""Characters of the text on each side of the number in an example."""
WORD = "word."


@dataclass(slots=True)
class Use:
    """How often a rule decided, in which documents, and the first number that it decided on."""

    uses: int = 0
    documents: set[str] = field(default_factory=set)
    example: str = ""

    def count(self, document: Document, start: int, end: int) -> None:
        """One more number of a document."""
        self.uses += 1
        self.documents.add(document.document_id)
        if not self.example:
            text = document.text
            self.example = "".join(f"{text[max(0, start - AROUND) : start]}[{text[start:end]}]{text[end : end + AROUND]}".split())


@dataclass(slots=True)
class Report:
    """The rules of the lexicon and what each did."""

    used: dict[str, Use]
    documents: int
    unreadable: int

    def dead(self) -> list[str]:
        """The rules of ``numbers.yml`` that decided nothing, in their order."""
        from transforms.numbers.classify import rules

        return [rule.id for rule in rules() if rule.id not in self.used]

    def of_one_document(self) -> list[str]:
        """The rules that decided in one document only, words left out."""
        return sorted(rule for rule, use in self.used.items() if len(use.documents) == 1 and not rule.startswith(WORD))

    def words(self) -> tuple[int, int]:
        """How many words of ``words.yml`` there are, and how many decided."""
        from transforms.lexicon import load

        listed = {word for entry in load("words.yml").values() for word in entry["words"].split()}
        return len(listed), sum(1 for rule in self.used if rule.startswith(WORD))


def files_of(folders: Iterable[Path]) -> Iterator[Path]:
    """The files of folders and those in folders in them, in order; a file stands for itself."""
    for folder in folders:
        if folder.is_dir():
            yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        else:
            yield folder


def report(paths: Iterable[Path]) -> Report:
    """Extract from files and count what each rule did. A file that is no document is counted and left out."""
    from transforms.extract import extract
    from transforms.pipeline import read_document

    used: dict[str, Use] = collections.defaultdict(Use)
    documents = unreadable = 0
    for path in paths:
        try:
            document = read_document(RawFile(path.as_posix(), path.read_bytes()))
        except (DecodeError, OSError):
            unreadable += 1
            continue
        documents += 1
        found = extract(document)
        for number in found.numbers:
            if number.rule:
                used[number.rule].count(document, number.char_start, number.char_end)
        for metric in found.metrics:
            for rule in metric.rule.split("+"):
                used[rule].count(document, metric.char_start, metric.char_end)
    return Report(dict(used), documents, unreadable)


def lines(made: Report) -> Iterator[str]:
    """The report as lines for a terminal."""
    yield f"{made.documents} documents, {made.unreadable} files that are none"
    yield ""
    yield f"{'rule':32} {'uses':>6} {'documents':>9}  example"
    for rule, use in sorted(made.used.items(), key=lambda entry: (-entry[1].uses, entry[0])):
        if not rule.startswith(WORD):
            yield f"{printable(rule):32} {use.uses:6} {len(use.documents):9}  {printable(use.example)}"
    known, decided = made.words()
    yield ""
    yield f"words of words.yml: {decided} of {known} decided"
    yield f"never used: {', '.join(made.dead()) or 'none'}"
    yield f"in one document only: {', '.join(map(printable, made.of_one_document())) or 'none'}"


def print_report(folders: Sequence[Path]) -> int:
    """Print the report on the documents of folders. The exit code: 1 where there is no document."""
    made = report(files_of(folders))
    for line in lines(made):
        click.echo(line)
    return 0 if made.documents else 1
