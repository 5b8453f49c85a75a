"""Mountains, and snow country beneath them."""

from functools import partial

import numpy as np

from cleardance.world.picture import plants
from cleardance.world.picture.easel import Easel
from cleardance.world.picture.landscapes import Line, grass, pebbles, soften, turf, verge
from cleardance.world.picture.paint import RGB, Canvas, Scatter, Waves, dim, mix
from cleardance.world.picture.skies import open_sky


def _crags(
    e: Easel, depth: float, foot: float, h: float, step: float, rock: RGB, bottom: float
) -> None:
    """Paint peaks with lit and shaded faces and snow on top."""
    c = e.sheet(depth, foot - 1.5 * h, bottom)
    cap = e.light.white(depth)
    spots = sorted(Scatter(e.rng, step, 0.7).within(c.lo - step, c.hi + step), key=lambda s: s.u)
    for s in spots[::-1]:
        tall, half = h * (0.6 + 0.8 * s.u), step * (0.75 + 0.35 * s.v)
        _peak(c, s.x, foot, tall, half, rock, cap, s.w)
    c.floor(foot - 4.0, dim(rock, 0.97))
    c.mist(foot - 0.75 * h, foot + 10.0, e.light.haze, 0.75)


def _peak(
    c: Canvas, x: float, y: float, h: float, half: float, rock: RGB, cap: RGB, key: float
) -> None:
    lean = (key - 0.5) * 0.4
    ridge = [(lean, 1.0), (0.06 + lean, 0.74), (-0.05, 0.5), (0.1, 0.25), (0.0, 0.0)]
    left = np.array([(-1.0, 0.0), (-0.55, 0.42), (-0.34 + 0.3 * lean, 0.6), (lean, 1.0)])
    right = np.array([(lean, 1.0), (0.3 + 0.4 * lean, 0.64), (0.56, 0.44), (1.0, 0.0)])
    scale, at = (half, -h), (x, y)
    c.polygon(np.concatenate([left, right]) * scale + at, rock)
    c.polygon(np.concatenate([np.array(ridge)[::-1], right]) * scale + at, dim(rock, 0.8))
    a, b = left[2] + (left[3] - left[2]) * 0.1, right[0] + (right[1] - right[0]) * 0.95
    zig = [
        b,
        (0.17 + lean, 0.72),
        (0.09 + lean * 0.8, 0.62),
        (-0.01 + lean * 0.8, 0.73),
        (-0.1 + lean * 0.7, 0.6),
        (-0.17 + lean * 0.6, 0.7),
        a,
    ]
    c.polygon(np.array([left[3], *zig]) * scale + at, cap)
    c.polygon(
        np.array([left[3], b, zig[1], zig[2], (0.03 + lean, 0.74)]) * scale + at,
        mix(cap, rock, 0.32),
    )


def mountains(e: Easel, g: float) -> None:
    """Snow-capped peaks over pines and stone."""
    open_sky(e, 0.7 * g)
    _crags(e, 0.07, 0.76 * g, 330.0, 330.0, e.light.soil("#8ba3c4", 0.07), 0.86 * g)
    _crags(e, 0.17, 0.84 * g, 250.0, 270.0, e.light.soil("#7d8fae", 0.17), 0.93 * g)
    _pine_hill(e, 0.36, 0.86 * g, 84.0, 30.0, "#5f9486")
    _pine_hill(e, 0.6, 0.935 * g, 120.0, 74.0, "#4d8671")
    c = turf(e, g, "#9fb08a", 48.0)
    pebbles(c, e, g, "#98a0ab")
    grass(c, e, "#7f9f66", g - 52.0)
    for s in Scatter(e.rng, 620.0, 0.9).within(c.lo - 90.0, c.hi + 90.0):
        plants.rock(c, s.x, g - 38.0, 34.0 + 30.0 * s.u, e.light.soil("#a3a9b5"), s.v)
    verge(e, "#5f8f5a", step=150.0)


def _pine_hill(
    e: Easel, depth: float, y: float, h: float, step: float, colour: str, under: RGB | None = None
) -> None:
    line, c = Waves(e.rng, 820.0, 310.0), e.sheet(depth, y - 30.0 - 1.4 * h, y + 100.0)
    leaf = e.light.leaf(colour, depth)
    for s in Scatter(e.rng, step, 1.2).within(c.lo - h, c.hi + h):
        tall, foot = h * (0.6 + 0.6 * s.u), y - 26.0 * line.at(s.x) + 10.0
        if step < 40.0:
            plants.pine_row(c, s.x, foot, tall, dim(leaf, 0.96 + 0.08 * s.v))
        else:
            plants.pine(c, s.x, foot, tall, leaf, dim(leaf, 0.7))
    c.ground(line.under(y, 26.0), under or dim(leaf, 0.98))
    soften(c, e, y, depth, y + 110.0)


def snowfield(e: Easel, g: float) -> None:
    """White hills with blue shade, pines under snow."""
    light = e.light
    open_sky(e, 0.72 * g)
    _crags(e, 0.08, 0.78 * g, 190.0, 360.0, light.white(0.08, 0.75), 0.86 * g)
    _pine_hill(e, 0.24, 0.8 * g, 66.0, 34.0, "#88a9b8", light.white(0.24, 0.3))
    for depth, y, rise, tall, step in (
        (0.42, 0.87, 34.0, 130.0, 150.0),
        (0.66, 0.93, 22.0, 250.0, 420.0),
    ):
        c, line = _snow_hill(e, depth, y * g, rise, (y + 0.1) * g)
        foot = partial(_crest, line, (y + 0.005) * g, rise)
        _snowy_pines(c, e, depth, foot, tall, step)
    _snow_floor(e, g)
    front = e.sheet(1.2, 900.0, 1010.0, front=True)
    drift = Waves(e.rng, 640.0, 300.0)
    front.ground(drift.under(988.0, 26.0), light.white(1.0, 0.12))
    front.ground(drift.under(1000.0, 26.0, 40.0), light.white(1.0, 0.4))


def _crest(line: Waves, y: float, rise: float, x: float) -> float:
    return y - rise * line.at(x)


def _snow_hill(
    e: Easel, depth: float, y: float, rise: float, bottom: float
) -> tuple[Canvas, Waves]:
    """Paint a rolling layer of snow, bright along its crest and blue at its foot."""
    line = Waves(e.rng, 900.0, 390.0)
    c = e.sheet(depth, y - rise - 320.0, bottom)
    c.ground(line.under(y, rise), e.light.white(depth))
    c.ground(line.under(y + 12.0, 0.95 * rise, 18.0), e.light.white(depth, 0.16))
    c.mist(y + 10.0, y + 110.0, e.light.white(depth, 0.75), 0.6)
    return c, line


def _snow_floor(e: Easel, g: float) -> None:
    """Paint the snow that actors stand on: drifts with blue hollows, and glints."""
    line, light = Waves(e.rng, 700.0, 260.0), e.light
    c = e.sheet(1.0, g - 116.0)
    top = g - 46.0
    c.ground(line.under(top, 7.0), light.white(1.0))
    c.ground(line.under(top + 14.0, 7.0, 90.0), light.white(1.0, 0.08))
    c.ground(line.under(g + 34.0, -15.0, 300.0, 0.8), light.white(1.0, 0.22))
    c.ground(line.under(g + 92.0, -14.0, 900.0, 0.7), light.white(1.0, 0.42))
    hollows, glints = Scatter(e.rng, 260.0, 1.2), Scatter(e.rng, 46.0, 1.8)
    oval = np.array([(np.cos(t), np.sin(t)) for t in np.linspace(0.0, 6.2, 24)])
    for s in hollows.within(c.lo - 120.0, c.hi + 120.0):
        reach = 60.0 + 90.0 * s.v
        c.wash(
            oval * (reach, 4.0 + 5.0 * s.w) + (s.x, g - 22.0 + 92.0 * s.u),
            light.white(1.0, 0.8),
            0.28,
        )
    if e.small:
        return
    for s in glints.within(c.lo, c.hi):
        y, r = top + 10.0 + 150.0 * s.u, 2.0 + 4.2 * s.v**3
        star = [(0, -r), (0.22 * r, -0.22 * r), (r, 0), (0.22 * r, 0.22 * r)]
        star += [(-x, -down) for x, down in star]
        c.polygon(np.add(star, (s.x, y)), dim(light.white(1.0), 1.6))


def _snowy_pines(c: Canvas, e: Easel, depth: float, foot: Line, h: float, step: float) -> None:
    cap, shaded = e.light.white(depth), e.light.white(depth, 0.4)
    leaf = mix(e.light.lit("#3f7f7d", depth), dim(e.light.white(depth, 1.0), 0.5), 0.45)
    for s in Scatter(e.rng, step, 1.2).within(c.lo - h, c.hi + h):
        tall = h * (0.6 + 0.5 * s.u)
        y = foot(s.x) + 10.0
        plants.pine(c, s.x, y, tall, leaf, dim(leaf, 0.7))
        for top, low, half in (
            (0.5, 0.27, 0.19),
            (0.67, 0.46, 0.15),
            (0.83, 0.63, 0.115),
            (1.0, 0.8, 0.075),
        ):
            left, right = (s.x - half * tall, y - low * tall), (s.x + half * tall, y - low * tall)
            peak, mid = (s.x, y - top * tall), (s.x, y - (low + 0.02) * tall)
            inner = (s.x - 0.42 * half * tall, y - (low + 0.075) * tall)
            outer = (s.x + 0.42 * half * tall, y - (low + 0.075) * tall)
            c.polygon([peak, left, inner, mid, outer, right], cap)
            c.polygon([peak, mid, outer, right], shaded)
