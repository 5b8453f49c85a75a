"""Whose face is it? What a consent covers of the pictures handed in beside a prompt.

Mostly a face is a plain colour here, so that each case is exact; the last tests have real ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cleardance.errors import SignalUnavailable
from cleardance.media import write_png
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import grant
from cleardance.rights.licence import Asker, Use
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.screen.consent import check_faces, screen_file
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Footage, Found, KeptSignal, Matchers, SampledFrame
from cleardance.screen.output import Screened, screen_media, screen_output
from cleardance.screen.people import FaceMatcher
from cleardance.store import Store
from cleardance.verdict import Decision, Evidence, Verdict, worst_of
from tests.match.pictures import picture as landscape
from tests.match.portraits import COLLINS, HOPPER, portrait

QUENTIN = RegistryRow(name="Quentin Quux", kind=WorkKind.PERSON)
OTHER = RegistryRow(name="Otto Other", kind=WorkKind.PERSON)
RED, GREEN, BLUE, BLACK = (200, 0, 0), (0, 200, 0), (0, 0, 200), (0, 0, 0)
COLOURS = {"quentin": RED, "other": GREEN, "stranger": BLUE, "nobody": BLACK}
ASKER = Asker(datetime(2026, 7, 1, tzinfo=UTC))


@dataclass(frozen=True)
class ByColour:
    """Sees one face per coloured half of a frame; knows red and green."""

    signal: str = "face"
    installed: bool = True
    distance: float = 0.0

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        return True

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        if not self.installed:
            raise SignalUnavailable("no eye for faces", hint="pip install cleardance[faces]")
        faces = [face for frame in frames for face in self._faces(frame)]
        known = {RED: QUENTIN.id, GREEN: OTHER.id}
        return Found(
            tuple(
                Match("face", registry.works[known[colour]], self.distance, 0.5, 1.0, evidence)
                for colour, evidence in faces
                if colour in known
            ),
            tuple(KeptSignal("face", float(at.time_s or 0), bytes(c)) for c, at in faces),
        )

    def _faces(self, frame: SampledFrame) -> Iterator[tuple[tuple[int, ...], Evidence]]:
        middle = frame.pixels.shape[1] // 2
        for left, x in ((0.0, middle // 2), (0.5, middle + middle // 2)):
            colour = tuple(int(value) for value in frame.pixels[0, x])
            if any(colour):
                box = (left, 0.0, left + 0.5, 1.0)
                yield colour, Evidence(time_s=frame.time_s, box=box)


SEEING, BLIND = Matchers((ByColour(),)), Matchers((ByColour(installed=False),))


@pytest.fixture
def registry(store: Store) -> RegistrySnapshot:
    for row in (QUENTIN, OTHER):
        add(store, row)
    values = {"works": [QUENTIN.id], "to": "everyone", "uses": ["likeness"], "statement": "Yes. Q"}
    grant(store, parse_grant(values), ASKER.moment)
    return load_registry(store)


def picture(folder: Path, *faces: str) -> Path:
    left, right = faces if len(faces) == 2 else (faces[0], "nobody")
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:, :64], pixels[:, 64:] = COLOURS[left], COLOURS[right]
    write_png(folder / "face.png", pixels)
    return folder / "face.png"


def asked(
    registry: RegistrySnapshot, text: str, reference: Path, matchers: Matchers = SEEING
) -> Verdict:
    prompt = screen_ask(text, registry, asker=ASKER)
    handed_in = screen_media(reference, registry, matchers, asker=ASKER.asking(Use.REFERENCE))
    return check_faces(worst_of([prompt, handed_in.verdict]), [handed_in], registry, matchers)


@pytest.mark.parametrize(
    ("faces", "decision"),
    [
        (["quentin"], Decision.CLEAR),
        (["nobody"], Decision.CLEAR),
        (["stranger"], Decision.HOLD),
        (["quentin", "stranger"], Decision.HOLD),
        (["other"], Decision.DENY),  # a registered person who did not consent
    ],
)
def test_a_consent_covers_the_face_of_who_gave_it(
    registry: RegistrySnapshot, tmp_path: Path, faces: list[str], decision: Decision
) -> None:
    verdict = asked(registry, "Quentin Quux dances", picture(tmp_path, *faces))
    assert verdict.decision is decision
    assert verdict.licences  # the consent is cited either way
    if "stranger" in faces:
        assert "face" in verdict.unknown
        assert 'not known to be that of "Quentin Quux"' in verdict.reason


def test_a_look_alike_is_not_known_to_be_the_person(
    registry: RegistrySnapshot, tmp_path: Path
) -> None:
    near = Matchers((ByColour(distance=0.45),))
    verdict = asked(registry, "Quentin Quux dances", picture(tmp_path, "quentin"), near)
    assert (verdict.decision, verdict.needed) == (Decision.HOLD, ("face",))


def test_a_stranger_who_appears_in_a_clip_for_a_moment_is_seen(registry: RegistrySnapshot) -> None:
    prompt = screen_ask("Quentin Quux dances", registry, asker=ASKER)
    for others, decision in ((RED, Decision.CLEAR), (BLUE, Decision.HOLD)):
        frames = [
            (n / 2, np.full((64, 128, 3), others if n == 5 else RED, np.uint8)) for n in range(9)
        ]
        screened = screen_output(Footage(frames), registry, SEEING, asker=ASKER)
        verdict = worst_of([prompt, screened.verdict])
        assert check_faces(verdict, [screened], registry, SEEING).decision is decision


@pytest.mark.parametrize("matchers", [BLIND, Matchers()])
def test_while_nobody_can_look_at_faces_it_holds(
    registry: RegistrySnapshot, tmp_path: Path, matchers: Matchers
) -> None:
    verdict = asked(registry, "Quentin Quux dances", picture(tmp_path, "quentin"), matchers)
    assert verdict.decision is Decision.HOLD
    assert "face" in verdict.unknown
    assert "face" in verdict.needed  # a reviewer is asked about it


def test_without_a_consent_to_rest_on_strangers_are_nobodys_business(
    registry: RegistrySnapshot, tmp_path: Path
) -> None:
    verdict = asked(registry, "somebody dances", picture(tmp_path, "stranger"))
    assert (verdict.decision, verdict.unknown) == (Decision.CLEAR, ())


def test_a_file_by_itself_is_held_to_the_same(registry: RegistrySnapshot, tmp_path: Path) -> None:
    for faces, decision in (
        (["quentin"], Decision.CLEAR),
        (["quentin", "stranger"], Decision.HOLD),
    ):
        path = picture(tmp_path, *faces)
        assert screen_file(path, registry, SEEING, asker=ASKER).decision is decision


def test_a_denial_stays_one(registry: RegistrySnapshot, tmp_path: Path) -> None:
    text = "Quentin Quux dances with Otto Other"
    assert asked(registry, text, picture(tmp_path, "stranger")).decision is Decision.DENY


def test_sound_has_no_faces(registry: RegistrySnapshot) -> None:
    prompt = screen_ask("Quentin Quux dances", registry, asker=ASKER)
    sound = Screened(prompt, has_pictures=False)
    assert check_faces(prompt, [sound], registry, BLIND) == prompt


@pytest.mark.parametrize(
    ("reference", "decision"),
    [
        (COLLINS, Decision.CLEAR),
        (HOPPER, Decision.HOLD),  # passed off as her
        ("both", Decision.HOLD),
        ("landscape", Decision.CLEAR),
    ],
)
def test_real_faces(
    store: Store, tmp_path: Path, reference: Path | str, decision: Decision
) -> None:
    face = {"path": str(COLLINS), "role": "face"}
    row = {"name": "Eileen Collins", "kind": "person", "references": [face]}
    add(store, RegistryRow.model_validate(row))
    values = {"works": ["Eileen Collins"], "to": "everyone", "uses": ["likeness"]}
    grant(store, parse_grant(values | {"statement": "Yes. E. C."}), ASKER.moment)
    scene = landscape(1, 1280, 720)
    shown = {"both": (COLLINS, HOPPER), "landscape": ()}.get(str(reference), (reference,))
    for left, path in zip((20, 700), shown, strict=False):
        pixels = portrait(Path(path))
        scene[50 : 50 + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    write_png(tmp_path / "reference.png", scene)
    faces = Matchers((FaceMatcher(),))
    text = "Eileen Collins waves"
    verdict = asked(load_registry(store), text, tmp_path / "reference.png", faces)
    assert verdict.decision is decision
    assert ("face" in verdict.needed) is (decision is Decision.HOLD)
