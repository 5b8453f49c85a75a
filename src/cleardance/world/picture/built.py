"""Built things: houses, fences, lamps, furniture. Feet at (x, y); sizes in art units."""

import numpy as np

from cleardance.world.picture.light import Light
from cleardance.world.picture.paint import RGB, Canvas, bent, dim, mix

_PANE = (255.0, 214.0, 128.0)


def tower(
    c: Canvas,
    box: tuple[float, float, float, float],
    wall: RGB,
    light: Light,
    depth: float,
    key: float,
) -> None:
    """A block of flats within (left, top, right, bottom): a shaded side and a grid of windows.

    ``key`` in 0..1 chooses its roof and which of its windows are lit.
    """
    left, top, right, bottom = box
    wide = right - left
    c.rect(left, top, right, bottom, wall)
    c.rect(right - 0.2 * wide, top, right, bottom, dim(wall, 0.88))
    if key > 0.66:
        c.rect(left + 0.3 * wide, top - 20.0, right - 0.3 * wide, top + 1.0, dim(wall, 0.92))
    elif key > 0.4:
        c.rect(left - 5.0, top, right + 5.0, top + 11.0, dim(wall, 0.82))
    else:
        c.rect(left + 0.5 * wide - 2.0, top - 46.0, left + 0.5 * wide + 2.0, top, dim(wall, 0.8))
    _windows(c, (left + 14.0, top + 26.0, right - 12.0, bottom - 30.0), wall, light, depth, key)


def _windows(
    c: Canvas,
    area: tuple[float, float, float, float],
    wall: RGB,
    light: Light,
    depth: float,
    key: float,
) -> None:
    left, top, right, bottom = area
    columns = max(2, int((right - left) / 30.0))
    x, y = np.meshgrid(
        np.linspace(left, right - 16.0, columns), np.arange(top, max(bottom, top + 1.0), 42.0)
    )
    boxes = np.column_stack([x.ravel(), y.ravel(), x.ravel() + 16.0, y.ravel() + 24.0])
    number = np.arange(len(boxes))
    on = np.modf(number * 0.6180339 + key * 7.13 + 0.37 * (number // columns) ** 2)[0] < 0.42
    off = dim(wall, 0.72) if light.lamps else mix(wall, light.lit("#cfeaf8", depth), 0.62)
    c.rects(boxes[~on], off)
    c.rects(boxes[on], light.lamp(_PANE, mix(dim(wall, 0.82), light.lit("#8fc3e0"), 0.4), depth))


def shop(
    c: Canvas, left: float, right: float, y: float, wall: RGB, awning: RGB, light: Light
) -> None:
    """A two-storey house with a shop window under a striped awning; its foot at y."""
    top, mid = y - 330.0, y - 178.0
    c.rect(left, top, right, y, wall)
    c.rect(left - 4.0, top - 14.0, right + 4.0, top + 6.0, light.leaf(dim(wall, 0.8)))
    wide = right - left
    for at in (0.12, 0.42, 0.72):
        x = left + at * wide
        c.rect(x - 4.0, top + 34.0, x + 0.16 * wide + 4.0, top + 122.0, dim(wall, 1.3))
        on = light.lamp(_PANE, "#9ccbe2") if at != 0.42 else mix(wall, light.lit("#7fb0cc"), 0.6)
        c.rect(x, top + 38.0, x + 0.16 * wide, top + 116.0, on)
    c.rect(
        left + 0.08 * wide,
        mid + 52.0,
        left + 0.62 * wide,
        y - 26.0,
        light.lamp("#ffdf9e", "#a9d6e6"),
    )
    c.rect(left + 0.7 * wide, mid + 52.0, left + 0.9 * wide, y, dim(wall, 0.66))
    c.rect(
        left + 0.73 * wide,
        mid + 62.0,
        left + 0.87 * wide,
        y - 60.0,
        light.lamp("#ffdf9e", "#a9d6e6"),
    )
    stripes = 10
    for k in range(stripes):
        a, b = left + wide * k / stripes, left + wide * (k + 1) / stripes
        colour = awning if k % 2 else mix(awning, light.lit("#fff6ea"), 0.85)
        c.polygon([(a, mid), (b, mid), (b + 3.0, mid + 44.0), (a + 3.0, mid + 44.0)], colour)
        c.oval((a + b) / 2 + 3.0, mid + 44.0, (b - a) / 2, 9.0, colour)


def barn(c: Canvas, x: float, y: float, h: float, wall: RGB, light: Light) -> None:
    """A gambrel-roofed barn with white trim, and a silo beside it."""
    trim, roof = light.lit("#f6efe6", 0.7), light.leaf("#6d5058", 0.7)
    silo = light.lit("#c9d0d6", 0.7)
    c.rect(x + 0.62 * h, y - 1.05 * h, x + 0.9 * h, y, silo)
    c.rect(x + 0.8 * h, y - 1.05 * h, x + 0.9 * h, y, dim(silo, 0.86))
    c.oval(x + 0.76 * h, y - 1.05 * h, 0.145 * h, 0.15 * h, light.leaf("#9d5a55", 0.7))
    face = [(-0.52, 0), (-0.52, 0.55), (-0.36, 0.84), (0, 1), (0.36, 0.84), (0.52, 0.55), (0.52, 0)]
    c.polygon(bent(face, x, y, h), wall)
    edge = [
        (-0.58, 0.5),
        (-0.39, 0.87),
        (0, 1.06),
        (0.39, 0.87),
        (0.58, 0.5),
        (0.52, 0.5),
        (0.355, 0.82),
        (0, 0.98),
        (-0.355, 0.82),
        (-0.52, 0.5),
    ]
    c.polygon(bent(edge, x, y, h), roof)
    c.rect(x - 0.24 * h, y - 0.46 * h, x + 0.24 * h, y, trim)
    c.rect(x - 0.21 * h, y - 0.43 * h, x - 0.015 * h, y, dim(wall, 0.86))
    c.rect(x + 0.015 * h, y - 0.43 * h, x + 0.21 * h, y, dim(wall, 0.86))
    c.rect(x - 0.1 * h, y - 0.76 * h, x + 0.1 * h, y - 0.58 * h, trim)
    c.rect(
        x - 0.075 * h,
        y - 0.735 * h,
        x + 0.075 * h,
        y - 0.605 * h,
        light.lamp(_PANE, "#5d3b43", 0.7),
    )


def windmill(c: Canvas, x: float, y: float, h: float, light: Light, depth: float) -> None:
    """A tapering white mill with four sails at rest."""
    wall, sail = light.lit("#f3ead9", depth), light.lit("#b98f73", depth)
    c.polygon(bent([(-0.15, 0), (-0.09, 0.66), (0.09, 0.66), (0.15, 0)], x, y, h), wall)
    c.polygon(bent([(0.05, 0), (0.04, 0.66), (0.09, 0.66), (0.15, 0)], x, y, h), dim(wall, 0.88))
    c.polygon(bent([(-0.12, 0.64), (0, 0.82), (0.12, 0.64)], x, y, h), light.leaf("#a6564a", depth))
    for turn in np.arange(4) * (np.pi / 2) + 0.5:
        along, across = (
            np.array([np.cos(turn), np.sin(turn)]),
            np.array([-np.sin(turn), np.cos(turn)]),
        )
        arm = [
            along * 0.05,
            along * 0.42,
            along * 0.42 + across * 0.085,
            along * 0.12 + across * 0.085,
        ]
        c.polygon(np.array(arm) * h + (x, y - 0.7 * h), sail)
    c.disc(x, y - 0.7 * h, 0.025 * h, dim(sail, 0.8))


def fence(c: Canvas, y: float, h: float, colour: RGB) -> None:
    """A fence of posts and two rails, all along the canvas."""
    for up in (0.36, 0.74):
        c.band(y - up * h - 0.07 * h, y - up * h + 0.07 * h, dim(colour, 0.93))
    step = 2.1 * h
    for i in range(int(np.floor(c.lo / step)), int(np.ceil(c.hi / step)) + 1):
        x, w = i * step, 0.09 * h
        c.polygon(
            [
                (x - w, y),
                (x - w, y - 0.94 * h),
                (x, y - 1.04 * h),
                (x + w, y - 0.94 * h),
                (x + w, y),
            ],
            colour,
        )


def street_lamp(c: Canvas, x: float, y: float, h: float, light: Light) -> None:
    """A lamp post; lit, it carries a halo."""
    pole = light.lit("#4a5364")
    c.rect(x - 5.0, y - h, x + 5.0, y, pole)
    c.rect(x - 9.0, y - 46.0, x + 9.0, y, pole)
    c.polygon(
        [
            (x - 5.0, y - h + 4.0),
            (x - 5.0, y - h - 6.0),
            (x + 72.0, y - h - 14.0),
            (x + 72.0, y - h - 6.0),
        ],
        pole,
    )
    if light.lamps:
        c.glow(x + 58.0, y - h + 2.0, 150.0, (255.0, 214.0, 140.0), 0.42)
    c.oval(x + 58.0, y - h - 4.0, 24.0, 8.0, light.lamp("#fff0c4", "#dfe7ec"))


def hay(c: Canvas, x: float, y: float, r: float, straw: RGB) -> None:
    """A round bale, its spiral face towards us."""
    c.rect(x, y - 2.0 * r, x + 1.1 * r, y, dim(straw, 0.88))
    c.oval(x + 1.1 * r, y - r, 0.5 * r, r, dim(straw, 0.88))
    c.oval(x, y - r, 0.86 * r, r, straw)
    for k, colour in (
        (0.66, dim(straw, 0.86)),
        (0.56, straw),
        (0.3, dim(straw, 0.86)),
        (0.2, straw),
    ):
        c.oval(x, y - r, 0.86 * k * r, k * r, colour)
