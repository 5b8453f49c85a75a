import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleardance.errors import SignalUnavailable, UnreadableMedia
from cleardance.media import write_png
from cleardance.rights.registry import add
from cleardance.rights.row import Policy, RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.consent import screen_file as screen_file_with
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import Footage, Found, KeptSignal, Matchers, SampledFrame
from cleardance.screen.output import screen_output as screen_output_with
from cleardance.screen.pictures import LocalMatcher, PdqMatcher
from cleardance.store import Store
from cleardance.verdict import Decision, Verdict
from tests.match.pictures import Picture, picture, re_encoded
from tests.screen.kept_outputs import kept_of

BLANK = np.zeros((288, 512, 3), np.uint8)


@pytest.fixture
def registry(store: Store, tmp_path: Path) -> RegistrySnapshot:
    write_png(tmp_path / "guard.png", picture(1))
    row = RegistryRow(
        name="Zorblax", kind=WorkKind.SERIES, owner="Zorblax Pictures", references=("guard.png",)
    )
    add(store, row, tmp_path)
    return load_registry(store)


PICTURES = Matchers(frames=(PdqMatcher(), LocalMatcher()))


def screen_output(
    frames: Iterator[tuple[float, Picture]], registry: RegistrySnapshot
) -> tuple[Verdict, tuple[KeptSignal, ...]]:
    screened = screen_output_with(Footage(frames), registry, PICTURES)
    return screened.verdict, screened.signals


def screen_file(path: Path, registry: RegistrySnapshot) -> Verdict:
    return screen_file_with(path, registry, PICTURES)


def frames(*pictures: Picture) -> Iterator[tuple[float, Picture]]:
    return ((index / 2, frame) for index, frame in enumerate(pictures))


def test_a_registered_picture_is_found_in_a_re_encoded_frame(
    registry: RegistrySnapshot, tmp_path: Path
) -> None:
    verdict, signals = screen_output(
        frames(picture(5), re_encoded(picture(1)), picture(6)), registry
    )
    part, finding = verdict.findings
    assert (part.signal, part.rule, part.evidence.frames) == ("local", "part-denied", 1)
    assert part.evidence.box == pytest.approx((0, 0, 1, 1), abs=0.01)
    assert verdict.decision is Decision.DENY
    assert (finding.signal, finding.rule, finding.evidence.time_s) == ("pdq", "copy-denied", 0.5)
    assert (
        finding.evidence.reference
        == hashlib.sha256((tmp_path / "guard.png").read_bytes()).hexdigest()
    )
    assert finding.score >= finding.threshold
    assert '"Zorblax" (series) is registered by Zorblax Pictures' in verdict.reason
    assert [(one.kind, one.time_s, len(one.value)) for one in signals if one.kind == "pdq"] == [
        ("pdq", 0.0, 32),
        ("pdq", 0.5, 32),
        ("pdq", 1.0, 32),
    ]


def test_other_pictures_are_clear(registry: RegistrySnapshot) -> None:
    verdict, signals = screen_output(frames(*map(picture, range(5, 15))), registry)
    assert (verdict.decision, verdict.findings, verdict.unknown) == (Decision.CLEAR, (), ())
    kinds = [one.kind for one in signals]
    assert (kinds.count("pdq"), kinds.count("picture")) == (10, 10)


def test_blank_frames_give_no_signal_and_no_finding(registry: RegistrySnapshot) -> None:
    verdict, signals = screen_output(frames(BLANK, BLANK), registry)
    assert (verdict.decision, signals) == (Decision.CLEAR, ())


def test_nothing_to_look_at_is_unknown_and_held(registry: RegistrySnapshot) -> None:
    verdict, _ = screen_output(frames(), registry)
    assert (verdict.decision, verdict.unknown) == (Decision.HOLD, ("local", "pdq"))
    assert "The pictures could not be compared" in verdict.reason


def test_a_frame_that_is_none_is_unknown_and_held(registry: RegistrySnapshot) -> None:
    verdict, signals = screen_output(frames(picture(5), np.zeros((8, 8), np.uint8)), registry)
    assert (verdict.decision, verdict.unknown, len(signals)) == (Decision.HOLD, ("local", "pdq"), 3)


def test_decoding_that_breaks_off_is_unknown_but_a_match_still_denies(
    registry: RegistrySnapshot,
) -> None:
    def broken() -> Iterator[tuple[float, Picture]]:
        yield 0.0, picture(1)
        raise UnreadableMedia("cut off")

    verdict, _ = screen_output(broken(), registry)
    assert (verdict.decision, verdict.unknown) == (Decision.DENY, ("local", "pdq"))


def test_review_holds_a_copy(store: Store, tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", picture(1))
    row = RegistryRow(
        name="Zorblax", kind=WorkKind.SERIES, policy=Policy.REVIEW, references=("a.png",)
    )
    add(store, row, tmp_path)
    verdict, _ = screen_output(frames(picture(1)), load_registry(store))
    rules = [finding.rule for finding in verdict.findings]
    assert (verdict.decision, rules) == (Decision.HOLD, ["part-reviewed", "copy-reviewed"])


def test_a_reference_file_is_screened(registry: RegistrySnapshot, tmp_path: Path) -> None:
    write_png(tmp_path / "copy.png", re_encoded(picture(1)))
    write_png(tmp_path / "other.png", picture(7))
    assert screen_file(tmp_path / "copy.png", registry).decision is Decision.DENY
    assert screen_file(tmp_path / "other.png", registry).decision is Decision.CLEAR


def test_a_file_that_is_no_media_is_an_error(registry: RegistrySnapshot, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("no picture")
    with pytest.raises(UnreadableMedia):
        screen_file(tmp_path / "x.png", registry)


def test_the_stored_signals_find_works_registered_later(
    store: Store, tmp_path: Path, registry: RegistrySnapshot
) -> None:
    _, signals = screen_output(frames(picture(9)), registry)
    write_png(tmp_path / "later.png", picture(9))
    add(store, RegistryRow(name="L", kind=WorkKind.FILM, references=("later.png",)), tmp_path)
    later = load_registry(store)
    kept = kept_of({"t": signals, "u": screen_output(frames(picture(8)), registry)[1]})
    found = matches_in_kept(kept, later, PICTURES)
    assert {(match.signal, match.work.name) for match in found.pop("t")} == {
        ("pdq", "L"),
        ("local", "L"),
    }
    assert not found


class Failing:
    """A matcher whose part is missing, or which crashes."""

    signal = "failing"

    def __init__(self, error: Exception, *, needed: bool) -> None:
        self.error, self.needed = error, needed

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        return self.needed

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SignalUnavailable("none", hint="pip install it"), "pip install it"),
        (UnreadableMedia("bad"), "Failing could not be compared"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_a_matcher_that_cannot_look_holds_if_a_work_needs_it(
    registry: RegistrySnapshot, error: Exception, said: str
) -> None:
    def looked(needed: bool) -> Verdict:
        matchers = Matchers(frames=(Failing(error, needed=needed), PdqMatcher()))
        footage = Footage(frames(picture(5)))
        return screen_output_with(footage, registry, matchers).verdict

    needed, not_needed = looked(True), looked(False)
    assert (needed.decision, needed.needed) == (Decision.HOLD, ("failing",))
    assert said in needed.reason
    # What was tried and failed holds all the same; what is not installed is only listed.
    missing = isinstance(error, SignalUnavailable)
    assert not_needed.decision is (Decision.CLEAR if missing else Decision.HOLD)
    assert not_needed.unknown == needed.unknown == ("failing",)


def test_what_hides_behind_a_gifs_first_picture_is_seen(
    registry: RegistrySnapshot, tmp_path: Path
) -> None:
    path = tmp_path / "moving.gif"
    first, second = Image.fromarray(picture(5)), Image.fromarray(picture(1))
    first.save(path, save_all=True, append_images=[second], duration=40)
    verdict = screen_file(path, registry)
    assert verdict.decision is Decision.DENY
    assert {finding.work.name for finding in verdict.findings} == {"Zorblax"}


def test_a_moving_png_is_no_still_and_is_not_read(
    registry: RegistrySnapshot, tmp_path: Path
) -> None:
    path = tmp_path / "moving.png"
    first, second = Image.fromarray(picture(5)), Image.fromarray(picture(1))
    first.save(path, save_all=True, append_images=[second], duration=40)
    with pytest.raises(UnreadableMedia, match="moving PNG"):
        screen_file(path, registry)
    chunks = path.read_bytes()
    empty = b"\0\0\0\0teXt" + zlib.crc32(b"teXt").to_bytes(4, "big")
    path.write_bytes(chunks[:33] + 2_000 * empty + chunks[33:])  # further back than anybody looks
    with pytest.raises(UnreadableMedia, match="moving PNG"):
        screen_file(path, registry)
