"""Write the word lists of ``cleardance.match`` from public sources.

Usage: ``python scripts/write_words.py NAMES``, where NAMES is a folder with the first-name files of
the 1990 census of the United States, ``dist.male.first`` and ``dist.female.first`` (public domain;
https://www2.census.gov/topics/genealogy/1990surnames/, also inside the source package ``names``
0.3.0 on PyPI). SCOWL 2020.12.07 and WordNet 3.0 are read from where Debian's packages ``scowl``
and ``wordnet-base`` put them. Licences: THIRD_PARTY_NOTICES.md, and beside the files.

``uncommon_words.txt``: words (SCOWL sizes 40 to 70 not in ``common_words.txt``), phrases, places
and people who died before 1956 (WordNet), given names, and our own lists in ``own_words.toml``.
``sentences.txt``: example sentences of WordNet, to estimate what a name would cost.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cleardance.match.fold import normal_form

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "cleardance" / "match" / "data"
SCOWL = Path("/usr/share/dict/scowl")
WORDNET = Path("/usr/share/wordnet")
SIZES = ("40", "50", "55", "60", "70")
# Lexicographer files of WordNet (lexnames(5WN)).
ANIMAL, ARTEFACT, LOCATION, OBJECT, PERSON, PLANT = 5, 6, 15, 17, 18, 20
LAST_DEATH = 1955
SENTENCE_WORDS = range(4, 31)
SENTENCES_EVERY = 5  # a fifth is plenty


class Noun(NamedTuple):
    """One sense: its lexicographer file, whether it is a single thing, its names, its gloss."""

    file: int
    is_instance: bool
    lemmas: list[str]
    gloss: str


def main() -> None:
    """Read the sources and write both files."""
    census = Path(sys.argv[1])
    own = tomllib.loads((HERE / "own_words.toml").read_text("utf-8"))
    common = words_in(DATA / "common_words.txt")
    words = (scowl(common) | set(own["words"])) - set(own["not_words"])
    nouns = list(read_nouns())
    sections = {
        "70": words,
        "phrase": phrases(nouns, common | scowl(common)),
        "place": places(nouns) | set(own["places"]),
        "given": given_names(census),
        "past": people_of_the_past(nouns),
        "tale": set(own["tales"]),
    }
    lines = [line for label, listed in sections.items() for line in (f"# {label}", *sorted(listed))]
    write("uncommon_words.txt", lines)
    write("sentences.txt", sorted(set(example_sentences()))[::SENTENCES_EVERY])
    print({label: len(listed) for label, listed in sections.items()})


def write(name: str, lines: list[str]) -> None:
    """Write a list as ASCII, one a line."""
    (DATA / name).write_text("\n".join(lines) + "\n", "ascii")


def words_in(path: Path) -> set[str]:
    """Return the words of a list, whatever section they are in."""
    return {line for line in path.read_text("ascii").splitlines() if not line.startswith("#")}


def scowl(common: set[str]) -> set[str]:
    """Return SCOWL's less common words, folded."""
    kinds = [
        f"{variant}-{part}.{size}"
        for size in SIZES
        for variant in ("english", "american", "british")
        for part in ("words", "contractions", "upper")
    ]
    paths = [SCOWL / kind for kind in kinds if (SCOWL / kind).is_file()]
    listed = {word for path in paths for word in path.read_text("latin-1").split()}
    folded = {normal_form(word) for word in listed if not word.endswith("'s")}
    return {w for w in folded if w.isascii() and w.isalpha() and len(w) > 2} - common


def read_nouns() -> Iterator[Noun]:
    """Yield the senses of ``data.noun``, whose format is wndb(5WN)."""
    for line in (WORDNET / "data.noun").read_text("utf-8").splitlines():
        if line.startswith("  "):
            continue
        data, _, gloss = line.partition("|")
        fields = data.split()
        count = int(fields[3], 16)
        lemmas = [fields[4 + 2 * k] for k in range(count)]
        yield Noun(int(fields[1]), "@i" in fields[4 + 2 * count :], lemmas, gloss)


def plain(lemma: str) -> str:
    """Return a lemma folded, its words with one space between; empty if it is not ASCII then."""
    folded = re.sub(r"[-|]", " ", normal_form(lemma.replace("_", " ")))
    return folded if folded.isascii() else ""


def phrases(nouns: list[Noun], known: set[str]) -> set[str]:
    """Return everyday expressions of two or three words; Latin names are none."""
    found = set()
    for noun in nouns:
        for lemma in noun.lemmas:
            words = plain(lemma).split()
            latin = noun.file in (ANIMAL, PLANT) and not known.issuperset(words)
            named = noun.is_instance or lemma[0].isupper() or noun.file == PERSON
            if 2 <= len(words) <= 3 and not named and not latin:
                found.add(" ".join(words))
    return found


def places(nouns: list[Noun]) -> set[str]:
    """Return what places, sites and buildings are called."""
    found = set()
    for noun in nouns:
        for lemma in noun.lemmas:
            name = plain(lemma)
            is_place = noun.file == LOCATION and (noun.is_instance or lemma[0].isupper())
            is_site = noun.file == OBJECT and noun.is_instance
            is_building = noun.file == ARTEFACT and noun.is_instance and " " in name
            if len(name) > 2 and (is_place or is_site or is_building):
                found.add(name)
    return found


def people_of_the_past(nouns: list[Noun]) -> set[str]:
    """Return what people who died long ago are called."""
    found = set()
    for noun in nouns:
        years = re.search(r"\d{3,4}-(\d{3,4})\s*(BC)?\s*\)", noun.gloss)
        if noun.file != PERSON or not noun.is_instance or years is None:
            continue
        if years[2] or int(years[1]) <= LAST_DEATH:
            found |= {name for name in map(plain, noun.lemmas) if len(name) > 3}
    return found


def given_names(census: Path) -> set[str]:
    """Return the thousand commonest names of women and of men."""
    found = set()
    for name in ("dist.male.first", "dist.female.first"):
        for line in (census / name).read_text("ascii").splitlines():
            given, _, _, rank = line.split()
            if int(rank) <= 1000:
                found.add(given.lower())
    return found


def example_sentences() -> Iterator[str]:
    """Yield the sentences that show how a word is used."""
    for name in ("data.noun", "data.verb", "data.adj", "data.adv"):
        for line in (WORDNET / name).read_text("utf-8").splitlines():
            for sentence in re.findall(r'"([^"]+)"', line.partition("|")[2]):
                if sentence.isascii() and len(sentence.split()) in SENTENCE_WORDS:
                    yield sentence.strip()


if __name__ == "__main__":
    main()
