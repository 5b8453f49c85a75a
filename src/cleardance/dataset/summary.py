"""The public summary of training content that Art. 53(1)(d) of the EU's AI Act asks for.

Regulation (EU) 2024/1689; the headings are those of the Commission's template (24 July 2025,
C(2025) 8311). All that is said of the data is counted in the manifests that training read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from cleardance.dataset.framing import DURATION_S
from cleardance.dataset.manifest import Manifest

NONE = "None."


@dataclass(frozen=True)
class Provider:
    """Who answers for a model, as its public summary names them."""

    name: str
    contact: str
    model: str
    placed_on_market: str = "not yet"


def summarise(manifests: Sequence[Manifest], provider: Provider) -> str:
    """Return the summary in Markdown, of every data set a model was trained on."""
    parts = (
        "# Public summary of training content",
        "Art. 53(1)(d), Regulation (EU) 2024/1689. Generated from the training manifests:",
        _table(
            ("manifest (SHA-256)", "kind", "items", "taught"),
            [
                (m.digest, m.header.kind, f"{len(m.rows):,}", f"{len(m.indices('train')):,}")
                for m in manifests
            ],
        ),
        *_general(manifests, provider),
        *_sources(manifests),
        *_processing(manifests),
    )
    return "\n\n".join(parts) + "\n"


def _general(manifests: Sequence[Manifest], provider: Provider) -> tuple[str, ...]:
    clips = _count(manifests, "clips")
    stills = _count(manifests, "stills")
    hours = clips * DURATION_S / 3600
    captions = len({row.caption for m in manifests for row in m.rows if row.split == "train"})
    return (
        "## 1. General information",
        "### 1.1 Provider",
        f"{provider.name}; {provider.contact}.",
        "### 1.2 Model",
        f"{provider.model}. It depends on no other model: its training began from random weights. "
        f"Placed on the Union market: {provider.placed_on_market}.",
        "### 1.3 Modalities and overall size",
        _table(
            ("modality", "size", "range of the template"),
            [
                (
                    "text",
                    f"{captions:,} different captions, in English",
                    "less than 1 billion tokens",
                ),
                ("image", f"{stills:,} stills", "less than 1 million images"),
                ("video", f"{clips:,} clips, {hours:.1f} h", "less than 10,000 hours"),
                ("audio", f"the clips' own, {hours:.1f} h", "less than 10,000 hours"),
            ],
        ),
        "Everything was drawn by a program from a seed, before training; the model is not trained "
        "on after that, and on nothing that its users give it.",
    )


def _sources(manifests: Sequence[Manifest]) -> tuple[str, ...]:
    return (
        "## 2. List of data sources",
        f"### 2.1 Publicly available datasets\n\n{NONE}",
        f"### 2.2 Private datasets obtained from third parties\n\n{NONE}",
        f"### 2.3 Data crawled and scraped from online sources\n\n{NONE}",
        f"### 2.4 User data\n\n{NONE}",
        "### 2.5 Synthetic data",
        "All of it. It was not made by another model: a program of this project, the procedural "
        "world, places licensed drawings in scenes, moves them, and makes the sounds. Each item is "
        "listed with its seed, caption, drawings and digest, and the same seed draws it again.",
        _drawings(manifests),
        "### 2.6 Other sources",
        "The drawings above, by their licences; the world's own code "
        f"({_libraries(manifests)} drew the pixels).",
    )


def _processing(manifests: Sequence[Manifest]) -> tuple[str, ...]:
    stamps = [m.header.exclusion for m in manifests]
    return (
        "## 3. Data processing",
        "### 3.1 Reservations of rights (Art. 4(3), Directive (EU) 2019/790)",
        "No text or data were mined, so there was nothing to reserve. Beyond that, every caption "
        "was asked of the operator's registry of works before training; what it does not clear is "
        "not taught, and training refuses a list that was not asked about:",
        _table(
            ("registry revision", "works registered", "captions asked", "items left out"),
            [
                (
                    str(stamp.registry_revision),
                    f"{stamp.works:,}",
                    f"{stamp.captions_checked:,}",
                    f"{len(stamp.excluded_seeds):,}",
                )
                for stamp in stamps
            ],
        ),
        "### 3.2 Illegal content",
        "The program can draw only its own subjects, places and actions: no people's likenesses, "
        "no private data.",
        "### 3.3 Other information",
        "Subjects: " + ", ".join(sorted(set(chain(*(m.header.cast for m in manifests))))) + ".",
    )


def _drawings(manifests: Sequence[Manifest]) -> str:
    """Return a table of whose drawings are in how many taught items, by source and licence."""
    used: Counter[tuple[str, str, str]] = Counter()
    drawings: dict[tuple[str, str, str], set[str]] = {}
    for manifest in manifests:
        for row in manifest.rows:
            for name in row.assets if row.split == "train" else ():
                asset = manifest.header.assets[name]
                key = asset.source, asset.licence, asset.copyright
                used[key] += 1
                drawings.setdefault(key, set()).add(name)
    rows = [(*key, str(len(drawings[key])), f"{used[key]:,}") for key in sorted(used)]
    return _table(("source", "licence", "copyright", "drawings", "uses in items"), rows)


def _count(manifests: Sequence[Manifest], kind: str) -> int:
    return sum(len(m.indices("train")) for m in manifests if m.header.kind == kind)


def _libraries(manifests: Sequence[Manifest]) -> str:
    found = {f"{name} {version}" for m in manifests for name, version in m.header.libraries.items()}
    return ", ".join(sorted(found))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
