"""A shot once it has been directed: who is where when, and what is heard when.

One `Take` is the single source of truth for pictures (`render`) and sound (`foley`), so that a
contact is seen and heard at the same moment.

Stage units: 1 is the frame height. x runs right from the middle of the frame with the camera at
rest; y runs up from the ground line (or the water line in water, the middle of the frame in the
sky, in space and under water). Times are seconds from the start of the shot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cleardance.world.scene import Actor, Shot

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Poses:
    """An actor at T times. Every field is float64 [T]."""

    x: Floats  # bottom centre of the upright sprite: the point that touches the ground
    y: Floats
    height: Floats  # of the sprite, before squash
    angle_rad: Floats  # counter-clockwise about the sprite's centre
    squash: Floats  # height factor, 1 at rest; width is divided by it (volume is kept)
    gait: Floats  # phase of the legs, wings or fins, in turns; integer = a contact or down-stroke,
    # and for two legs or more the half-way points are contacts too: left and right
    facing: Floats  # +1 right, -1 left; in between while it turns round


@dataclass(frozen=True)
class View:
    """The camera at T times. Every field is float64 [T]. Zoom 1 shows one stage unit of height."""

    x: Floats  # stage point in the middle of the frame
    y: Floats
    zoom: Floats


class EventKind(StrEnum):
    """A moment that is heard."""

    STEP = "step"  # a foot or hoof meets the ground
    LAND = "land"  # a body meets the ground: jump, bounce, fall
    TAKEOFF = "takeoff"
    SPLASH = "splash"
    STROKE = "stroke"  # a swimming stroke
    FLAP = "flap"  # a wing's down-stroke
    CALL = "call"  # the subject's voice: bark, horn, bell
    WHOOSH = "whoosh"  # something fast goes by or turns
    IGNITION = "ignition"


@dataclass(frozen=True)
class Event:
    """One sound at one moment. ``strength`` is 0 to 1."""

    time_s: float
    kind: EventKind
    actor: int
    strength: float = 1.0


class BedKind(StrEnum):
    """A sound that lasts while its actor moves; foley follows the actor's speed."""

    ENGINE = "engine"
    ROTOR = "rotor"
    ROCKET = "rocket"
    ROLLING = "rolling"
    BUZZ = "buzz"
    SHIMMER = "shimmer"  # grow, shrink, float: a soft rising or falling tone


@dataclass(frozen=True)
class Bed:
    """A lasting sound between two moments. ``strength`` is 0 to 1."""

    kind: BedKind
    actor: int
    start_s: float
    end_s: float
    strength: float = 1.0


@dataclass(frozen=True)
class Performance:
    """One actor's part. ``poses`` is a pure function of times [T], exact at any frame rate."""

    actor: Actor
    poses: Callable[[Floats], Poses]


@dataclass(frozen=True)
class Take:
    """A directed shot."""

    shot: Shot
    performances: tuple[Performance, ...]
    view: Callable[[Floats], View]
    events: tuple[Event, ...]
    beds: tuple[Bed, ...]
    aspect: float  # width / height of the frame
    seed: int

    def pan(self, actor: int, times_s: Floats) -> Floats:
        """Where on the screen an actor is at times [T]: -1 left edge, +1 right edge, [T]."""
        view = self.view(times_s)
        poses = self.performances[actor].poses(times_s)
        pan: Floats = np.clip((poses.x - view.x) * view.zoom / (self.aspect / 2), -1.0, 1.0)
        return pan
