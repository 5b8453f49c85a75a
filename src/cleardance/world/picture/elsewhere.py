"""The town, the room, the heights and the void."""

from dataclasses import replace

import numpy as np

from cleardance.world.picture import built, plants
from cleardance.world.picture.easel import Easel
from cleardance.world.picture.landscapes import puddles
from cleardance.world.picture.light import Light
from cleardance.world.picture.paint import RGB, Canvas, Floats, Scatter, dim, mix, rgb
from cleardance.world.picture.skies import cloud, open_sky, strew_stars


def city(e: Easel, g: float) -> None:
    """Skylines behind a street of shops."""
    light = e.light
    open_sky(e, 0.72 * g)
    _skyline(e, 0.07, 0.84 * g, (350.0, 300.0), 82.0, ("#9bb4cf", "#8fa9c8"))
    _skyline(e, 0.2, 0.9 * g, (330.0, 300.0), 136.0, ("#a7b6d3", "#c3b4c9", "#93abc6", "#d2bcb4"))
    _shops(e, 0.62, 0.925 * g)
    c = e.sheet(1.0, g - 470.0)
    pave, tar = (
        light.soil("#d5d3d6"),
        light.lit(mix(rgb("#5f6779"), rgb("#c6d0de"), 0.45 * light.snow)),
    )
    c.floor(g - 72.0, pave)
    for s in Scatter(e.rng, 560.0, 0.2).within(c.lo - 90.0, c.hi + 90.0):
        built.street_lamp(c, s.x, g - 56.0, 370.0, light)
    c.floor(g - 44.0, dim(pave, 1.08))
    c.floor(g - 34.0, dim(pave, 0.78))
    c.floor(g - 24.0, tar)
    c.floor(g + 50.0, dim(tar, 0.95))
    for i in range(int(c.lo // 200) - 1, int(c.hi // 200) + 2):
        c.polygon(
            [
                (i * 200.0, g + 50.0),
                (i * 200.0 + 100.0, g + 50.0),
                (i * 200.0 + 94.0, g + 60.0),
                (i * 200.0 - 8.0, g + 60.0),
            ],
            light.lit("#eef0f2"),
        )
    if light.wet:
        puddles(c, e, g + 4.0)


def _skyline(
    e: Easel,
    depth: float,
    foot: float,
    heights: tuple[float, float],
    step: float,
    walls: tuple[str, ...],
) -> None:
    c, table = e.sheet(depth, foot - sum(heights) - 60.0, foot + 80.0), Scatter(e.rng, step, 0.3)
    for s in table.within(c.lo - step, c.hi + step):
        wide, tall = step * (0.8 + 0.3 * s.u), heights[0] + heights[1] * (s.v - 0.5)
        wall = e.light.lit(walls[int(s.w * len(walls))], depth)
        box = (s.x - wide / 2, foot - tall, s.x + wide / 2, c.bottom + 9.0)
        if depth < 0.1 or e.small:
            c.rect(*box, wall)
        if depth >= 0.1:
            built.tower(c, box, wall, e.light, depth, s.u)
        elif e.light.lamps and not e.small:
            _far_windows(c, box, e.light, s.v)
    c.mist(foot - 0.9 * heights[0], foot + 30.0, e.light.haze, 0.55)


def _far_windows(
    c: Canvas, box: tuple[float, float, float, float], light: Light, key: float
) -> None:
    x, y = np.meshgrid(
        np.arange(box[0] + 12.0, box[2] - 12.0, 15.0),
        np.arange(box[1] + 14.0, box[1] + 190.0, 21.0),
    )
    on = np.modf(np.arange(x.size) * 0.7548776 + key * 5.0)[0] < 0.3
    left, top = x.ravel()[on], y.ravel()[on]
    c.rects(
        np.column_stack([left, top, left + 5.0, top + 9.0]), light.lamp("#ffd98c", "#ffffff", 0.3)
    )


def _shops(e: Easel, depth: float, foot: float) -> None:
    c = e.sheet(depth, foot - 360.0, foot + 20.0)
    walls = [e.light.lit(k, 0.8) for k in ("#e8c9ad", "#c9d6cf", "#e5b8a8", "#d8cfe2", "#efe0c2")]
    cloths = [e.light.lit(k, 0.85) for k in ("#e0605c", "#4f9aa8", "#e0a345", "#6f87c9")]
    green, bark = e.light.leaf("#6fb26c", 0.75), e.light.lit("#7d6353", 0.75)
    for s in Scatter(e.rng, 330.0, 0.0).within(c.lo - 330.0, c.hi + 330.0):
        if s.w < 0.68:
            built.shop(
                c,
                s.x - 148.0,
                s.x + 148.0,
                foot,
                walls[int(s.u * 4.99)],
                cloths[int(s.v * 3.99)],
                e.light,
            )
        else:
            plants.round_tree(c, s.x - 70.0, foot, 250.0, green, bark)
            plants.round_tree(c, s.x + 75.0, foot, 210.0, green, bark)
    c.floor(foot - 3.0, e.light.soil("#c9c7cc", 0.8))


def space(e: Easel, _: float) -> None:
    """Stars, a nebula and planets; the hour only changes the hue."""
    light = e.light
    light_by = mix(light.sky[1], light.sky[2], 0.5)
    top, low = mix(rgb("#070a24"), light_by, 0.08), mix(rgb("#1b1d52"), light_by, 0.26)
    e.light = replace(light, sky=(top, mix(top, low, 0.6), low), dark=True, sun_seen=0.0)
    c = e.sky(0.0, 1000.0, 0.0)
    for s in Scatter(e.rng, 420.0, 1.2).within(c.lo - 300.0, c.hi + 300.0):
        hue = mix(light_by, rgb(("#8c5be0", "#3f7fe0", "#e05b9f")[int(s.w * 2.99)]), 0.5)
        c.glow(s.x, 150.0 + 700.0 * s.u, 330.0 + 200.0 * s.v, hue, 0.42)
    strew_stars(c, Scatter(e.rng, 11.0, 2.0), 1900.0, top)
    stars = e.sheet(0.12, -200.0, 1000.0)
    for s in Scatter(e.rng, 150.0, 1.5).within(stars.lo, stars.hi):
        _sparkle(stars, s.x, 1000.0 * s.u, 7.0 + 9.0 * s.v**2, mix(rgb("#ffffff"), light_by, 0.25))
    side = float(e.rng.choice([-1.0, 1.0]))
    _planets(e, side, float(e.rng.random()))
    stones = e.sheet(0.55, 0.0, 1000.0)
    grey = mix(rgb("#7d7f9c"), light_by, 0.12)
    for s in Scatter(e.rng, 430.0, 1.4).within(stones.lo, stones.hi):
        y = 120.0 + 160.0 * s.u if s.w < 0.5 else 800.0 + 130.0 * s.u
        _asteroid(stones, s.x, y, 9.0 + 15.0 * s.v, grey, s.w)


def _asteroid(c: Canvas, x: float, y: float, r: float, stone: RGB, form: float) -> None:
    turn = np.arange(11) * (2.0 * np.pi / 11)
    reach = r * (1.0 + 0.22 * np.sin(3.0 * turn + 9.0 * form) + 0.1 * np.cos(5.0 * turn))
    edge = np.column_stack([1.25 * reach * np.cos(turn), reach * np.sin(turn)])
    c.polygon(1.0 * edge + (x, y), dim(stone, 0.72))
    c.polygon(0.8 * edge + (x - 0.14 * r, y - 0.14 * r), stone)
    for dx, dy, k in ((-0.4, -0.2, 0.2), (0.25, 0.1, 0.15)):
        c.oval(x + dx * r, y + dy * r, k * 1.2 * r, k * r, dim(stone, 0.8))


def _sparkle(c: Canvas, x: float, y: float, r: float, colour: RGB) -> None:
    turn = np.arange(8) * (np.pi / 4)
    reach = np.where(np.arange(8) % 2, 0.16, 1.0) * r
    c.polygon(np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)]), colour)


def _planets(e: Easel, side: float, key: float) -> None:
    c = e.sheet(0.2, 20.0, 1000.0)
    tones = ("#e8955c", "#59b3c9", "#b98be8", "#e87f9a")
    main, other = rgb(tones[int(key * 3.99)]), rgb(tones[int(key * 3.99 + 1.5) % 4])
    half = e.frame.half
    big = min(150.0, 0.3 * half)
    _globe(c, side * 0.62 * half, 290.0, big, main, ring=True)
    _globe(c, -side * 0.72 * half, 690.0, 0.42 * big, other, ring=False)
    _globe(c, -side * 0.36 * half, 170.0, 0.2 * big, rgb("#d8d6e6"), ring=False)


def _globe(c: Canvas, x: float, y: float, r: float, tone: RGB, ring: bool) -> None:
    t = np.linspace(0.0, 2.0 * np.pi, 73)
    loop = np.column_stack([1.75 * np.cos(t), 0.36 * np.sin(t)])
    loop = loop @ np.array([[0.96, -0.28], [0.28, 0.96]])
    inner = loop * 0.78
    hoop = np.concatenate([loop, inner[::-1]]) * r + (x, y)
    front = np.concatenate([loop[:37], inner[:37][::-1]]) * r + (x, y)
    if ring:
        c.polygon(hoop, mix(tone, (255.0, 240.0, 225.0), 0.45))
    c.disc(x, y, r, dim(tone, 0.62))
    for shift, gain in ((0.10, 0.8), (0.22, 1.0)):
        c.polygon(_lens(x, y, r, shift), dim(tone, gain))
    for at, wide in ((-0.35, 0.1), (0.12, 0.16), (0.5, 0.08)):
        span = np.sqrt(1.0 - at * at)
        c.oval(x - 0.16 * r, y + at * r, (span - 0.24) * r, 0.5 * wide * r, dim(tone, 1.14))
    if ring:
        c.polygon(front, mix(tone, (255.0, 240.0, 225.0), 0.6))


def _lens(x: float, y: float, r: float, shift: float) -> Floats:
    """Return the part of a globe that light from the upper left reaches."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    outer = np.column_stack([-np.cos(t), np.sin(t)])
    inner = np.column_stack([(1.0 - 3.0 * shift) * np.cos(t[::-1]), np.sin(t[::-1])])
    tilt = np.array([[0.8, 0.6], [-0.6, 0.8]])
    lens: Floats = np.concatenate([outer, inner]) @ tilt * r + (x, y)
    return lens


def sky(e: Easel, _: float) -> None:
    """High above the clouds."""
    light = e.light
    open_sky(e, 1000.0, clouds=False)
    white, shade = light.cloud, light.cloud_shade
    for depth, y, size, drift in (
        (0.1, 0.84, 0.8, 5.0),
        (0.25, 0.9, 1.15, 8.0),
        (0.5, 0.985, 1.7, 13.0),
    ):
        _bank(
            e,
            depth,
            1000.0 * y,
            size,
            drift * light.wind,
            mix(light.sky[1], white, 0.35 + 0.6 * depth),
            mix(light.sky[1], mix(white, shade, 0.55), 0.4 + 0.6 * depth),
        )
    c = e.sheet(0.6, 0.0, 760.0, 12.0 * light.wind)
    for s in Scatter(e.rng, 420.0, 0.9).within(c.lo - 300.0, c.hi + 300.0):
        cloud(
            c,
            s.x,
            120.0 + 170.0 * s.u if s.w < 0.6 else 560.0 + 160.0 * s.u,
            0.6 + 0.6 * s.v,
            s.w,
            mix(light.sky[0], white, 0.85),
            mix(light.sky[1], shade, 0.8),
        )
    front = e.sheet(1.3, 880.0, 1010.0, 30.0 * light.wind, front=True)
    for s in Scatter(e.rng, 760.0, 0.9).within(front.lo - 400.0, front.hi + 400.0):
        cloud(front, s.x, 1060.0, 1.5 + 0.6 * s.v, s.w, white, shade)
    front.thin((880.0, 1000.0), (0.8, 0.8))


def _bank(
    e: Easel, depth: float, y: float, size: float, drift: float, top: RGB, shade: RGB
) -> None:
    """Paint a sea of clouds seen from above."""
    c, table = e.sheet(depth, y - 130.0 * size, 1000.0, drift), Scatter(e.rng, 86.0 * size, 0.9)
    spots = list(table.within(c.lo - 150.0, c.hi + 150.0))
    for colour, lift, k in ((shade, 0.0, 1.0), (top, 10.0, 0.86)):
        for s in spots:
            r = (42.0 + 40.0 * s.u) * size
            c.disc(s.x, y - 26.0 * size * s.v - lift + 22.0, r * k, colour)
    c.floor(y + 20.0, top)
    c.mist(y - 30.0, y + 110.0 * size, e.light.haze, 0.45 * (1.0 - depth))
