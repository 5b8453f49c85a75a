"""The places under an open sky, on land."""

from collections.abc import Callable

import numpy as np

from cleardance.world.picture import built, plants
from cleardance.world.picture.easel import Easel
from cleardance.world.picture.paint import RGB, Canvas, Scatter, Waves, dim, mix
from cleardance.world.picture.skies import open_sky

Line = Callable[[float], float]

_FLOWERS = ("#ffffff", "#ffd75e", "#ff8fa3", "#c79bf2")


def hills(
    e: Easel, depth: float, y: float, rise: float, colour: str, bottom: float, *lengths: float
) -> tuple[Canvas, Waves]:
    """Paint a layer of rolling hills, their line about y, with a lighter crest and low mist."""
    line = Waves(e.rng, *(lengths or (900.0, 390.0)))
    c = e.sheet(depth, y - rise - (320.0 if depth > 0.4 else 170.0), bottom)  # room for trees
    base = e.light.soil(colour, depth)
    c.ground(line.under(y, rise), dim(base, 1.06))
    c.ground(line.under(y + 16.0 + 30.0 * depth, 0.92 * rise, 26.0), base)
    return c, line


def soften(c: Canvas, e: Easel, top: float, depth: float, bottom: float) -> None:
    """Let mist gather at the foot of a layer."""
    c.mist(top, bottom, e.light.haze, 0.5 * (1.0 - depth))


def turf(e: Easel, ground_y: float, colour: str, lift: float = 46.0) -> Canvas:
    """Paint the ground actors stand on: its edge ``lift`` above their feet, darker towards us."""
    line = Waves(e.rng, 700.0, 260.0)
    c = e.sheet(1.0, ground_y - lift - 70.0)
    base, top = e.light.soil(colour), ground_y - lift
    c.ground(line.under(top, 7.0), dim(base, 1.09))
    c.ground(line.under(top + 20.0, 7.0, 90.0), base)
    dark = mix(dim(base, 0.72), e.light.white(1.0, 0.6), e.light.snow)
    c.ground(line.under(ground_y + 42.0, -16.0, 300.0, 0.8), mix(base, dark, 0.2))
    c.ground(line.under(ground_y + 104.0, -14.0, 900.0, 0.7), mix(base, dark, 0.45))
    if e.light.wet:
        puddles(c, e, ground_y + 8.0)
    return c


def puddles(c: Canvas, e: Easel, top: float) -> None:
    """Lay patches of sky on wet ground."""
    shine = mix(e.light.sky[2], e.light.sky[1], 0.4)
    for s in Scatter(np.random.default_rng(5), 210.0).within(c.lo - 90.0, c.hi + 90.0):
        y, wide = top + 120.0 * s.u, 40.0 + 70.0 * s.v
        oval = np.array([(np.cos(t), np.sin(t)) for t in np.linspace(0.0, 6.2, 24)])
        c.wash(oval * (wide, 5.0 + 7.0 * s.u) + (s.x, y), shine, 0.5)


def trees(
    c: Canvas, e: Easel, table: Scatter, depth: float, foot: Line, size: float, chance: float
) -> None:
    """Plant mixed trees along a line, their size varying about ``size``."""
    leaves = [e.light.leaf(k, depth) for k in ("#5aa862", "#6fb968", "#4c9a6a")]
    bark = e.light.lit("#80604f", depth)
    for s in table.within(c.lo - size, c.hi + size):
        if s.u > chance:
            continue
        y, h, leaf = foot(s.x) + 5.0, size * (0.65 + 0.6 * s.v), leaves[int(s.w * 2.99)]
        if s.w < 0.25:
            plants.poplar(c, s.x, y, 1.2 * h, leaf, bark)
        elif s.w < 0.8:
            plants.round_tree(c, s.x, y, h, leaf, bark)
        else:
            plants.bush(c, s.x, y, 0.3 * h, leaf)


def verge(e: Easel, blade: str, depth: float = 1.18, step: float = 84.0) -> None:
    """Paint tufts along the lower edge of the picture, in front of everything."""
    table = Scatter(e.rng, step, jitter=1.4)
    c = e.sheet(depth, 895.0, 1010.0, front=True)
    colour = dim(e.light.leaf(blade), 0.72)
    lean = 0.22 if e.light.wind > 2.0 else 0.0
    for s in table.within(c.lo - 60.0, c.hi + 60.0):
        if s.u < 0.62:
            plants.tuft(
                c,
                s.x,
                1014.0,
                46.0 + 56.0 * s.v,
                dim(colour, 0.9 + 0.2 * s.w),
                lean + 0.2 * (s.w - 0.5),
            )


def grass(c: Canvas, e: Easel, blade: str, edge: float, flowers: bool = False) -> None:
    """Strew tufts and flowers over the ground, away from the line actors stand on."""
    light, table = e.light, Scatter(e.rng, 62.0, jitter=1.5)
    if e.small:
        return
    lean = 0.3 if light.wind > 2.0 else 0.0
    green = light.leaf(blade)
    for s in table.within(c.lo - 30.0, c.hi + 30.0):
        y = edge + 2.0 if s.u < 0.35 else edge + 78.0 + 90.0 * s.v
        if flowers and s.w > 0.62 and light.snow == 0.0:
            petal = light.lit(_FLOWERS[int(s.v * 3.99)])
            plants.flower(c, s.x, y + 6.0, 26.0 + 16.0 * (y - edge) / 150.0, petal, green)
        else:
            plants.tuft(
                c, s.x, y + 4.0, 16.0 + 16.0 * s.v, dim(green, 0.95), lean + 0.2 * (s.w - 0.5)
            )


def meadow(e: Easel, g: float) -> None:
    """Rolling green hills, flowers, a few trees."""
    open_sky(e, 0.72 * g)
    far, _ = hills(e, 0.12, 0.64 * g, 44.0, "#8cc3a0", 0.80 * g)
    soften(far, e, 0.62 * g, 0.12, 0.8 * g)
    mid, line = hills(e, 0.28, 0.75 * g, 40.0, "#86c67c", 0.94 * g)
    table = Scatter(e.rng, 120.0, 1.3)
    trees(mid, e, table, 0.28, lambda x: 0.75 * g - 40.0 * line.at(x), 92.0, 0.5)
    soften(mid, e, 0.74 * g, 0.28, 0.92 * g)
    near, line2 = hills(e, 0.55, 0.88 * g, 30.0, "#82c867", g)
    trees(
        near,
        e,
        Scatter(e.rng, 420.0, 1.1),
        0.55,
        lambda x: 0.885 * g - 30.0 * line2.at(x),
        190.0,
        0.55,
    )
    c = turf(e, g, "#79c455")
    grass(c, e, "#5cae4a", g - 50.0, flowers=True)
    verge(e, "#4fa046")


def forest(e: Easel, g: float) -> None:
    """Pines behind trunks behind trunks, light falling between them."""
    light = e.light
    e.sky(0.15, 0.8 * g, 0.5)
    _firs(e, 0.15, 0.84 * g, 330.0, 74.0, "#7fb79b")
    _firs(e, 0.34, 0.9 * g, 420.0, 120.0, "#5d9f80")
    _trunks(e, 0.52, g, 190.0, 30.0, "#7d7a68")
    _trunks(e, 0.78, g, 560.0, 56.0, "#5d5048")
    c = turf(e, g, "#8a9a52", 52.0)
    _litter(c, e, g)
    leaf = dim(light.leaf("#3f7f52"), 0.85)
    crown = e.sheet(1.12, -60.0, 190.0, front=True)
    for s in Scatter(e.rng, 130.0, 1.0).within(crown.lo - 150.0, crown.hi + 150.0):
        crown.disc(s.x, -74.0 + 34.0 * s.u, 84.0 + 46.0 * s.v, dim(leaf, 0.86 + 0.3 * s.w))
    front = e.sheet(1.2, 860.0, 1010.0, front=True)
    for s in Scatter(e.rng, 230.0, 1.2).within(front.lo - 150.0, front.hi + 150.0):
        if s.u < 0.7:
            plants.fern(front, s.x, 1030.0, 90.0 + 60.0 * s.v, dim(leaf, 0.85 + 0.2 * s.w))


def _firs(e: Easel, depth: float, foot: float, h: float, step: float, colour: str) -> None:
    c = e.sheet(depth, foot - 1.45 * h, foot + 130.0)
    leaf, table = e.light.leaf(colour, depth), Scatter(e.rng, step, 1.0)
    for s in table.within(c.lo - h, c.hi + h):
        plants.pine(
            c, s.x, foot + 10.0, h * (0.7 + 0.7 * s.u), dim(leaf, 0.96 + 0.08 * s.v), dim(leaf, 0.8)
        )
    c.floor(foot, dim(leaf, 0.97))
    c.mist(foot - 0.6 * h, foot + 20.0, mix(e.light.haze, e.light.sun, 0.25), 0.6)


def _trunks(e: Easel, depth: float, g: float, step: float, wide: float, bark: str) -> None:
    c = e.sheet(depth, -500.0, g - 20.0)
    colour, table = e.light.lit(bark, depth), Scatter(e.rng, step, 0.9)
    foot = g - 56.0 + 14.0 * depth
    for s in table.within(c.lo - wide, c.hi + wide):
        if depth > 0.7 and abs(s.x) < 260.0:
            continue  # the middle is the actors'
        w, tilt = wide * (0.7 + 0.6 * s.u), (s.v - 0.5) * 40.0
        root = [
            (s.x - 0.9 * w, foot + 14.0),
            (s.x - 0.5 * w, foot - 50.0),
            (s.x + tilt - 0.36 * w, -500.0),
        ]
        other = [
            (s.x + tilt + 0.36 * w, -500.0),
            (s.x + 0.5 * w, foot - 50.0),
            (s.x + 0.9 * w, foot + 14.0),
        ]
        c.polygon(root + other, colour)
        c.polygon(
            [(s.x + 0.1 * w, foot + 14.0), (s.x + tilt + 0.1 * w, -500.0), *other],
            dim(colour, 0.88),
        )
    under = e.light.leaf("#6f9a5c", depth)
    c.floor(foot + 8.0, under)
    for s in Scatter(e.rng, 0.9 * step, 1.2).within(c.lo - 60.0, c.hi + 60.0):
        plants.bush(c, s.x, foot + 14.0, 26.0 + 34.0 * s.u, dim(under, 0.9 + 0.14 * s.v))


def _litter(c: Canvas, e: Easel, g: float) -> None:
    table = Scatter(e.rng, 34.0, 1.8)
    if e.small or e.light.snow:
        return
    colours = [e.light.lit(k) for k in ("#c98f4e", "#b5713f", "#a9a94f", "#d8ac5c")]
    for s in table.within(c.lo, c.hi):
        y = g - 34.0 + 170.0 * s.u
        c.oval(s.x, y, 6.0 + 5.0 * s.v, 2.6 + 1.6 * s.v, colours[int(s.w * 3.99)])


def desert(e: Easel, g: float) -> None:
    """Mesas, dunes lit on one side, cacti."""
    open_sky(e, 0.76 * g)
    mesas = e.sheet(0.1, 0.44 * g, 0.8 * g)
    stone = e.light.lit("#d98f6a", 0.1)
    for s in Scatter(e.rng, 520.0, 0.9).within(mesas.lo - 300.0, mesas.hi + 300.0):
        _mesa(mesas, s.x, 0.78 * g, 120.0 + 120.0 * s.u, 130.0 + 110.0 * s.v, stone)
    mesas.mist(0.5 * g, 0.8 * g, e.light.haze, 0.5)
    for depth, y, rise, colour in (
        (0.2, 0.745, 42.0, "#f2c98e"),
        (0.38, 0.83, 40.0, "#efbd7c"),
        (0.62, 0.91, 34.0, "#edb56f"),
    ):
        c = _dunes(e, depth, y * g, rise, colour, y * g + 110.0)
        green = e.light.leaf("#6fa06a", depth)
        for s in Scatter(e.rng, 560.0, 1.2).within(c.lo - 90.0, c.hi + 90.0):
            if depth > 0.3 and s.u < 0.6:
                plants.cactus(c, s.x, y * g + 24.0, (90.0 + 90.0 * s.v) * (0.5 + depth), green)
    c = turf(e, g, "#f0bd78", 44.0)
    pebbles(c, e, g, "#c98f5c")
    front = e.sheet(1.2, 900.0, 1010.0, front=True)
    for s in Scatter(e.rng, 640.0, 1.0).within(front.lo - 90.0, front.hi + 90.0):
        plants.rock(front, s.x, 1020.0, 46.0 + 26.0 * s.u, e.light.soil("#a86f4c"), s.v)


def _mesa(c: Canvas, x: float, y: float, h: float, half: float, stone: RGB) -> None:
    c.polygon(
        [
            (x - 1.5 * half, y),
            (x - half, y - 0.45 * h),
            (x - 0.9 * half, y - h),
            (x + 0.8 * half, y - h),
            (x + 0.95 * half, y - 0.5 * h),
            (x + 1.6 * half, y),
        ],
        stone,
    )
    c.polygon(
        [
            (x + 0.3 * half, y),
            (x + 0.45 * half, y - h),
            (x + 0.8 * half, y - h),
            (x + 0.95 * half, y - 0.5 * h),
            (x + 1.6 * half, y),
        ],
        dim(stone, 0.88),
    )


def _dunes(e: Easel, depth: float, y: float, rise: float, colour: str, bottom: float) -> Canvas:
    line, c = Waves(e.rng, 760.0, 330.0), e.sheet(depth, y - rise - 150.0, bottom)
    base = e.light.soil(colour, depth)
    c.ground(line.under(y, rise), base)
    c.ground(
        lambda x: y + 4.0 - rise * line(x) + 0.9 * rise * np.maximum(0.0, line(x + 170.0)),
        dim(base, 0.9),
    )
    soften(c, e, y, depth, bottom)
    return c


def pebbles(c: Canvas, e: Easel, g: float, colour: str) -> None:
    """Strew flat stones over the ground."""
    table, stone = Scatter(e.rng, 95.0, 1.6), e.light.soil(colour)
    if not e.small:
        for s in table.within(c.lo, c.hi):
            y = g - 34.0 if s.w < 0.25 else g + 50.0 + 90.0 * s.u
            c.oval(s.x, y, 7.0 + 11.0 * s.v, 3.0 + 4.0 * s.v, dim(stone, 0.92 + 0.12 * s.w))


def farm(e: Easel, g: float) -> None:
    """Striped fields, a red barn with its silo, a mill, a fence, bales."""
    light = e.light
    open_sky(e, 0.7 * g)
    far, _ = hills(e, 0.12, 0.66 * g, 36.0, "#9ccaa0", 0.8 * g)
    soften(far, e, 0.64 * g, 0.12, 0.8 * g)
    mid, line = hills(e, 0.28, 0.755 * g, 30.0, "#b9cf7c", 0.92 * g)
    _furrows(mid, e, line, 0.77 * g, 28.0)
    side = float(e.rng.choice([-1.0, 1.0]))
    mill_x = -side * (0.2 + 0.12 * e.rng.random()) * 1000.0
    built.windmill(mid, mill_x, 0.755 * g - 30.0 * line.at(mill_x) + 8.0, 190.0, light, 0.35)
    trees(
        mid,
        e,
        Scatter(e.rng, 170.0, 1.3),
        0.28,
        lambda x: 0.755 * g - 30.0 * line.at(x),
        84.0,
        0.45,
    )
    near, line2 = hills(e, 0.55, 0.87 * g, 20.0, "#9ccb68", g)
    barn_x = side * min(330.0, 0.55 * e.frame.half)
    built.barn(
        near, barn_x, 0.885 * g - 20.0 * line2.at(barn_x), 225.0, light.lit("#c8504a", 0.75), light
    )
    trees(
        near,
        e,
        Scatter(e.rng, 520.0, 0.8),
        0.55,
        lambda x: 0.885 * g - 20.0 * line2.at(x),
        150.0,
        0.4,
    )
    for s in Scatter(e.rng, 380.0, 1.0).within(near.lo, near.hi):
        if s.u < 0.55:
            built.hay(near, s.x, 0.93 * g, 22.0 + 8.0 * s.v, light.leaf("#e8c15f", 0.7))
    c = turf(e, g, "#8cc95a")
    built.fence(c, g - 40.0, 62.0, light.leaf("#d9b48c"))
    grass(c, e, "#64b04a", g - 50.0)
    verge(e, "#569f46")


def _furrows(c: Canvas, e: Easel, line: Waves, y: float, rise: float) -> None:
    dark = e.light.soil("#a5bf68", 0.28)
    for k in range(1, 6):
        c.ground(line.under(y + 5.0 * k * k, rise), dark, below=3.0 + k)


def road(e: Easel, g: float) -> None:
    """A country road between hills and poplars."""
    light = e.light
    open_sky(e, 0.74 * g)
    far, _ = hills(e, 0.1, 0.66 * g, 60.0, "#93bfb0", 0.8 * g, 700.0, 280.0)
    soften(far, e, 0.6 * g, 0.1, 0.8 * g)
    mid, _ = hills(e, 0.25, 0.76 * g, 34.0, "#a6cc85", 0.9 * g)
    soften(mid, e, 0.75 * g, 0.25, 0.92 * g)
    near, line = hills(e, 0.5, 0.87 * g, 18.0, "#92c76c", g)
    table, leaf = Scatter(e.rng, 190.0, 0.4), light.leaf("#62ab5e", 0.5)
    for s in table.within(near.lo - 90.0, near.hi + 90.0):
        if s.u < 0.75:
            plants.poplar(
                near, s.x, 0.88 * g - 18.0 * line.at(s.x), 170.0 + 60.0 * s.v, leaf, dim(leaf, 0.6)
            )
    c = e.sheet(1.0, g - 130.0)
    grassy, tar = (
        light.soil("#8bc560"),
        light.lit(mix((103.0, 111.0, 128.0), (214.0, 222.0, 234.0), 0.45 * light.snow)),
    )
    c.floor(g - 66.0, grassy)
    for s in Scatter(e.rng, 300.0, 0.0).within(c.lo, c.hi):
        c.rect(s.x - 6.0, g - 104.0, s.x + 6.0, g - 50.0, light.lit("#f3f4f6"))
        c.rect(s.x - 6.0, g - 92.0, s.x + 6.0, g - 82.0, light.lit("#e2584f"))
    c.floor(g - 46.0, dim(tar, 1.12))
    c.floor(g - 38.0, tar)
    c.band(g - 30.0, g - 25.0, light.lit("#e9edf2"))
    stripe = light.lit("#ffd98a")
    for i in range(int(c.lo // 220) - 1, int(c.hi // 220) + 2):
        c.polygon(
            [
                (i * 220.0, g + 58.0),
                (i * 220.0 + 112.0, g + 58.0),
                (i * 220.0 + 106.0, g + 70.0),
                (i * 220.0 - 8.0, g + 70.0),
            ],
            stripe,
        )
    if light.wet:
        puddles(c, e, g + 2.0)
    front = e.sheet(1.15, 930.0, 1010.0, front=True)
    front.floor(986.0, dim(grassy, 0.88))
    verge(e, "#4fa046", step=64.0)
