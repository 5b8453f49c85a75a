import json
from pathlib import Path

import pytest

from cleardance.dataset.shelf import Shelf
from cleardance.errors import VerificationError
from cleardance.pocket.runtime import Card
from cleardance.train.card import hours_of, model_card

ROWS = [
    {"step": 10, "loss": 1.0, "samples_per_s": 8.0},
    {"step": 10, "validation_velocity": 0.9, "validation_subject": 1.2},
    {"step": 20, "loss": 0.5, "samples_per_s": 4.0},
    {"step": 20, "validation_velocity": 0.25, "validation_subject": 0.5},
]


def card_of(*manifests: str) -> Card:
    *earlier, last = manifests
    return Card(
        size="tiny",
        run="tiny",
        steps=20,
        samples=160,
        frames=1,
        audio_tokens=0,
        text_tokens=16,
        words=("cat",),
        manifest_sha256=last,
        earlier_manifests=tuple(earlier),
        network_sha256=64 * "a",
        codec_sha256=64 * "b",
    )


def test_hours_are_reckoned_from_the_speeds_that_were_logged() -> None:
    assert hours_of(ROWS, batch=8) == pytest.approx((10 + 20) / 3600)


def test_the_card_says_what_the_metadata_says(shelf: Shelf) -> None:
    found = {"subjects named": {"made": 0.5, "real": 0.95}}
    said = model_card(card_of(shelf.manifest.digest), [shelf.manifest], [("tiny", ROWS)], found)
    for part in (
        shelf.manifest.digest,
        "- MIT: Copyright (c) Microsoft Corporation",
        "| 1 tiny | 20 | 0.250 | 0.500 |",
        "- subjects named: made 0.5, real 0.95",
        "kWh at 12 W a thread, which is assumed",
        f"{len(shelf.manifest.indices('train')):,} stills of 96 x 64 pixels",
    ):
        assert part in said


def test_a_card_without_everything_that_was_taught_is_not_written(shelf: Shelf) -> None:
    card = card_of(64 * "c", shelf.manifest.digest)
    with pytest.raises(VerificationError, match=f"manifest {64 * 'c'}"):
        model_card(card, [shelf.manifest], [], {})


def test_it_is_written_by_a_command(shelf: Shelf, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from cleardance.cli.main import cli

    (tmp_path / "manifest.jsonl").write_text(shelf.manifest.text, "utf-8")
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "card.json").write_text(card_of(shelf.manifest.digest).model_dump_json())
    args = ["--model", str(tmp_path), "--metrics", "tiny", str(tmp_path / "metrics.jsonl")]
    done = CliRunner().invoke(cli, ["dataset", "card", str(tmp_path / "manifest.jsonl"), *args])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("# Model card: pocket, run tiny, step 20")
