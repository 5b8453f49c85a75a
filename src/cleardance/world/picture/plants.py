"""Plants and stones. Each stands with its foot at (x, y), ``h`` art units high."""

import math

import numpy as np

from cleardance.world.picture.paint import RGB, Canvas, Floats, bent, dim, mix

_BARK: RGB = (112.0, 82.0, 66.0)


def round_tree(c: Canvas, x: float, y: float, h: float, leaf: RGB, trunk: RGB) -> None:
    """A broad-leaved tree: a few overlapping crowns, lighter towards the upper left."""
    c.polygon(bent([(-0.035, 0), (-0.022, 0.5), (0.022, 0.5), (0.035, 0)], x, y, h), trunk)
    for dx, up, r in ((-0.2, 0.5, 0.19), (0.2, 0.53, 0.18), (0.0, 0.68, 0.27)):
        c.disc(x + dx * h, y - up * h, r * h, dim(leaf, 0.88))
    for dx, up, r in ((-0.2, 0.54, 0.13), (-0.06, 0.74, 0.19), (0.16, 0.6, 0.1)):
        c.disc(x + dx * h, y - up * h, r * h, leaf)
    c.disc(x - 0.1 * h, y - 0.8 * h, 0.085 * h, dim(leaf, 1.1))


def poplar(c: Canvas, x: float, y: float, h: float, leaf: RGB, trunk: RGB) -> None:
    """A slender tree: one upright oval, its shaded side darker."""
    c.rect(x - 0.018 * h, y - 0.3 * h, x + 0.018 * h, y, trunk)
    c.oval(x, y - 0.57 * h, 0.15 * h, 0.43 * h, dim(leaf, 0.88))
    c.oval(x - 0.03 * h, y - 0.59 * h, 0.105 * h, 0.37 * h, leaf)


def pine(c: Canvas, x: float, y: float, h: float, leaf: RGB, trunk: RGB) -> None:
    """A conifer of four skirts, the right half in shade."""
    c.rect(x - 0.03 * h, y - 0.14 * h, x + 0.03 * h, y, trunk)
    shade = dim(leaf, 0.84)
    for low, top, half in (
        (0.1, 0.48, 0.25),
        (0.29, 0.65, 0.205),
        (0.48, 0.82, 0.16),
        (0.66, 1, 0.11),
    ):
        c.polygon(bent([(-half, low), (0, top), (half, low), (0, low - 0.035)], x, y, h), leaf)
        c.polygon(bent([(0, top), (half, low), (0, low - 0.035)], x, y, h), shade)


def pine_row(c: Canvas, x: float, y: float, h: float, leaf: RGB) -> None:
    """A far conifer: one spear."""
    c.polygon(bent([(-0.2, -0.1), (-0.1, 0.4), (0, 1), (0.1, 0.4), (0.2, -0.1)], x, y, h), leaf)


def bush(c: Canvas, x: float, y: float, h: float, leaf: RGB) -> None:
    """A low rounded bush."""
    for dx, up, r in ((-0.65, 0.25, 0.42), (0.6, 0.28, 0.46), (0.0, 0.5, 0.55)):
        c.disc(x + dx * h, y - up * h, r * h, dim(leaf, 0.9))
    for dx, up, r in ((-0.5, 0.36, 0.26), (-0.08, 0.64, 0.34)):
        c.disc(x + dx * h, y - up * h, r * h, leaf)
    c.rect(x - 0.9 * h, y - 0.2 * h, x + 0.9 * h, y + 0.02 * h, dim(leaf, 0.9))


def palm(c: Canvas, x: float, y: float, h: float, leaf: RGB, trunk: RGB, lean: float) -> None:
    """A palm leaning to one side (lean in -1..1), with seven arched fronds."""
    up = np.linspace(0.0, 1.0, 10)
    spine = lean * 0.34 * up**2
    left = np.column_stack([spine - 0.035 + 0.017 * up, 0.84 * up])
    right = np.column_stack([spine + 0.035 - 0.017 * up, 0.84 * up])
    c.polygon(_placed(np.concatenate([left, right[::-1]]), x, y, h), trunk)
    head = (x + lean * 0.34 * h, y - 0.84 * h)
    for i, turn in enumerate((-0.55, 3.7, -0.15, 3.3, 0.4, 2.75, 1.05)):
        colour = dim(leaf, 0.84 if i < 2 else 1.0 if i < 5 else 1.07)
        c.polygon(_frond(head, 0.42 * h, turn), colour)
    c.disc(head[0] - 0.02 * h, head[1] + 0.02 * h, 0.028 * h, dim(trunk, 0.8))
    c.disc(head[0] + 0.03 * h, head[1] + 0.025 * h, 0.028 * h, dim(trunk, 0.72))


def _frond(head: tuple[float, float], length: float, turn: float) -> Floats:
    t = np.linspace(0.0, 1.0, 12)
    reach = length * t
    x = head[0] + reach * math.cos(turn)
    y = head[1] - reach * math.sin(turn) + 0.42 * length * t**2
    wide = 0.1 * length * np.sin(np.pi * np.clip(t, 0.02, 1.0) ** 0.7)
    return np.concatenate(
        [np.column_stack([x, y - wide]), np.column_stack([x, y + 0.55 * wide])[::-1]]
    )


def cactus(c: Canvas, x: float, y: float, h: float, leaf: RGB) -> None:
    """A saguaro with two arms."""
    w = 0.1 * h
    for dx, low, high, arm in ((-0.27, 0.36, 0.66, -1), (0.25, 0.46, 0.8, 1)):
        c.rect(
            min(x, x + dx * h),
            y - low * h - w * 0.7,
            max(x, x + dx * h),
            y - low * h + w * 0.5,
            leaf,
        )
        column(c, x + dx * h, y - low * h + w * 0.5, high * h - low * h, w * 0.62, leaf)
        if arm > 0:
            column(
                c,
                x + dx * h + 0.25 * w,
                y - low * h + w * 0.5,
                (high - low) * h,
                0.35 * w,
                dim(leaf, 0.86),
            )
    column(c, x, y, h, w, leaf)
    column(c, x + 0.45 * w, y, h * 0.97, 0.5 * w, dim(leaf, 0.86))


def column(c: Canvas, x: float, y: float, h: float, r: float, colour: RGB) -> None:
    """An upright bar with a rounded top."""
    turn = np.linspace(0.0, np.pi, 14)
    cap = np.column_stack([x + r * np.cos(turn), y - h + r - r * np.sin(turn)])
    c.polygon(np.concatenate([cap, [[x - r, y], [x + r, y]]]), colour)


def tuft(c: Canvas, x: float, y: float, h: float, blade: RGB, lean: float = 0.0) -> None:
    """Five blades of grass."""
    for i, (at, tall) in enumerate(
        ((-0.34, 0.66), (0.34, 0.7), (-0.16, 0.9), (0.18, 0.86), (0.0, 1.0))
    ):
        tip = (at * 1.7 + lean, tall)
        bend = (at * 1.15 + 0.35 * lean, 0.55 * tall)
        points = [
            (at * 0.5 - 0.07, -0.04),
            bend,
            tip,
            (bend[0] + 0.13, bend[1]),
            (at * 0.5 + 0.1, -0.04),
        ]
        c.polygon(bent(points, x, y, h), dim(blade, (0.84, 0.88, 0.94, 0.97, 1.04)[i]))


def flower(c: Canvas, x: float, y: float, h: float, petal: RGB, stem: RGB) -> None:
    """A daisy on a stem."""
    c.rect(x - 0.04 * h, y - 0.8 * h, x + 0.04 * h, y, stem)
    for k in range(5):
        turn = 2.0 * math.pi * k / 5 + 0.3
        c.disc(
            x + 0.17 * h * math.cos(turn), y - 0.82 * h - 0.17 * h * math.sin(turn), 0.14 * h, petal
        )
    c.disc(x, y - 0.82 * h, 0.11 * h, mix(petal, (250.0, 190.0, 60.0), 0.8))


def reed(c: Canvas, x: float, y: float, h: float, blade: RGB, lean: float) -> None:
    """Bulrushes: long blades and two brown heads."""
    tuft(c, x, y, h * 0.8, blade, lean * 0.3)
    for dx, tall in ((-0.06, 1.0), (0.1, 0.86)):
        tip = x + (dx + 0.12 * lean) * h
        c.polygon(
            [
                (x + dx * h * 0.4 - 2.0, y),
                (tip - 1.5, y - tall * h),
                (tip + 1.5, y - tall * h),
                (x + dx * h * 0.4 + 2.0, y),
            ],
            dim(blade, 0.85),
        )
        c.oval(tip, y - tall * h, 0.024 * h, 0.095 * h, mix(_BARK, blade, 0.4))


def fern(c: Canvas, x: float, y: float, h: float, leaf: RGB) -> None:
    """Arching fronds from one root."""
    for i, turn in enumerate((0.35, 2.8, 0.85, 2.3, 1.2, 1.9)):
        c.polygon(_frond((x, y), h, turn), dim(leaf, (0.82, 0.82, 0.92, 0.92, 1.0, 1.05)[i]))


def rock(c: Canvas, x: float, y: float, h: float, stone: RGB, form: float = 0.5) -> None:
    """A faceted boulder, lit from the upper left."""
    k = 0.8 + 0.5 * form
    c.polygon(
        bent([(-k, 0), (-0.8 * k, 0.5), (-0.3, 0.95), (0.3, 1), (0.8 * k, 0.55), (k, 0)], x, y, h),
        stone,
    )
    c.polygon(
        bent([(-0.1, 0), (0.1, 0.6), (0.3, 1), (0.8 * k, 0.55), (k, 0)], x, y, h), dim(stone, 0.82)
    )
    c.polygon(
        bent([(-0.8 * k, 0.5), (-0.3, 0.95), (0.3, 1), (0.1, 0.6)], x, y, h), dim(stone, 1.12)
    )


def weed(c: Canvas, x: float, y: float, h: float, leaf: RGB, phase: float) -> None:
    """A swaying ribbon of seaweed."""
    t = np.linspace(0.0, 1.0, 18)
    sway = 0.07 * h * np.sin(7.0 * t + 6.3 * phase) * (0.3 + t)
    wide = 0.045 * h * (1.0 - t) ** 0.6
    left = np.column_stack([x + sway - wide, y - h * t])
    right = np.column_stack([x + sway + wide, y - h * t])
    c.polygon(np.concatenate([left, right[::-1]]), leaf)


def coral(c: Canvas, x: float, y: float, h: float, colour: RGB) -> None:
    """A branching coral of rounded fingers."""
    for dx, tall, r in (
        (-0.42, 0.55, 0.1),
        (0.42, 0.62, 0.1),
        (-0.2, 0.82, 0.11),
        (0.22, 0.9, 0.1),
        (0.0, 1.0, 0.12),
    ):
        shade = dim(colour, 0.88 + 0.14 * tall)
        column(c, x + dx * h, y, tall * h, r * h, shade)
    c.oval(x, y, 0.56 * h, 0.16 * h, dim(colour, 0.85))


def _placed(unit: Floats, x: float, y: float, size: float) -> Floats:
    at: Floats = unit * (size, -size) + (x, y)
    return at
