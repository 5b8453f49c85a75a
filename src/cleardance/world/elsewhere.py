"""The town, the room, the heights and the void."""

from dataclasses import replace

import numpy as np

from . import built, plants
from .easel import Easel
from .landscapes import puddles
from .light import Light
from .paint import RGB, Canvas, Floats, Scatter, dim, mix, rgb
from .skies import cloud, open_sky, strew_stars


def city(e: Easel, g: float) -> None:
    """Skylines behind a street of shops."""
    light = e.light
    open_sky(e, 0.72 * g)
    _skyline(e, 0.07, 0.84 * g, (260.0, 230.0), 74.0, ("#9bb4cf", "#8fa9c8"))
    _skyline(e, 0.2, 0.9 * g, (220.0, 240.0), 128.0, ("#a7b6d3", "#c3b4c9", "#93abc6", "#d2bcb4"))
    _shops(e, 0.62, 0.925 * g)
    c = e.sheet(1.0, g - 470.0)
    pave, tar = (
        light.soil("#d5d3d6"),
        light.lit(mix(rgb("#5f6779"), rgb("#c6d0de"), 0.45 * light.snow)),
    )
    c.rect(c.lo, g - 72.0, c.hi, c.bottom, pave)
    for s in Scatter(e.rng, 560.0, 0.2).within(c.lo - 90.0, c.hi + 90.0):
        built.street_lamp(c, s.x, g - 56.0, 370.0, light)
    c.rect(c.lo, g - 44.0, c.hi, c.bottom, dim(pave, 1.08))
    c.rect(c.lo, g - 34.0, c.hi, c.bottom, dim(pave, 0.78))
    c.rect(c.lo, g - 24.0, c.hi, c.bottom, tar)
    c.rect(c.lo, g + 50.0, c.hi, c.bottom, dim(tar, 0.95))
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
    c.rect(c.lo, foot - 3.0, c.hi, c.bottom, e.light.soil("#c9c7cc", 0.8))


def space(e: Easel, _: float) -> None:
    """Stars, a nebula and planets; the hour only changes the hue."""
    light = e.light
    light_by = mix(light.sky[1], light.sky[2], 0.5)
    top, low = mix(rgb("#070a24"), light_by, 0.05), mix(rgb("#1b1d52"), light_by, 0.16)
    e.light = replace(light, sky=(top, mix(top, low, 0.6), low), dark=True, sun_seen=0.0)
    c = e.sky(0.0, 1000.0, 0.0)
    for s in Scatter(e.rng, 420.0, 1.2).within(c.lo - 300.0, c.hi + 300.0):
        hue = mix(light_by, rgb(("#8c5be0", "#3f7fe0", "#e05b9f")[int(s.w * 2.99)]), 0.6)
        c.glow(s.x, 150.0 + 700.0 * s.u, 330.0 + 200.0 * s.v, hue, 0.34)
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
        plants.rock(stones, s.x, y, 14.0 + 22.0 * s.v, grey, s.w)


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
    return np.concatenate([outer, inner]) @ tilt * r + (x, y)


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
            mix(light.sky[1], shade, 0.4 + 0.6 * depth),
        )
    c = e.sheet(0.3, 60.0, 640.0, 12.0 * light.wind)
    for s in Scatter(e.rng, 420.0, 0.9).within(c.lo - 300.0, c.hi + 300.0):
        cloud(
            c,
            s.x,
            120.0 + 170.0 * s.u if s.w < 0.6 else 690.0,
            0.6 + 0.6 * s.v,
            s.w,
            mix(light.sky[0], white, 0.85),
            mix(light.sky[1], shade, 0.8),
        )
    front = e.sheet(1.3, 880.0, 1010.0, 30.0 * light.wind, front=True)
    for s in Scatter(e.rng, 760.0, 0.9).within(front.lo - 400.0, front.hi + 400.0):
        cloud(front, s.x, 1060.0, 1.5 + 0.6 * s.v, s.w, white, shade)
    front.thin(880.0, 1000.0, 0.8, 0.8)


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
    c.ground(lambda x: np.full_like(x, y + 20.0), top)
    c.mist(y - 30.0, y + 110.0 * size, e.light.haze, 0.45 * (1.0 - depth))


def room(e: Easel, g: float) -> None:
    """A living room: a window on the hour and the weather, a shelf, a lamp, a rug."""
    light = e.light
    half = e.frame.half
    _outside(e)
    inside = _indoors(light)
    e.light = inside
    side = float(e.rng.choice([-1.0, 1.0]))
    hue = int(e.rng.integers(len(_WALLS)))
    wall = e.sheet(0.9, -500.0, g - 30.0)
    paint = inside.lit(_WALLS[hue])
    foot = g - 66.0
    wall.rect(wall.lo, wall.top, wall.hi, wall.bottom, paint)
    for i in range(int(wall.lo // 90) - 1, int(wall.hi // 90) + 2):
        wall.rect(i * 90.0, wall.top, i * 90.0 + 42.0, foot, dim(paint, 0.975))
    wall.rect(wall.lo, foot - 34.0, wall.hi, foot, inside.lit("#f6eee4"))
    wall.rect(wall.lo, foot - 38.0, wall.hi, foot - 33.0, inside.lit("#d9cbbd"))
    wide = min(180.0, 0.42 * half)
    _window(wall, inside, light, side * 0.22 * half, 190.0, wide, 360.0)
    _pictures(wall, inside, -side * 0.42 * half, 250.0, min(1.0, half / 500.0), hue)
    thing = min(1.0, half / 560.0)
    _shelf(wall, inside, -side * (half - 110.0 * thing), foot, thing)
    _floor_lamp(wall, inside, side * (half - 70.0 * thing), foot, 380.0)
    plants.fern(wall, side * (half - 190.0 * thing), foot - 70.0, 120.0, inside.lit("#5fa36a"))
    pot = side * (half - 190.0 * thing)
    wall.polygon(
        [
            (pot - 42.0, foot - 76.0),
            (pot + 42.0, foot - 76.0),
            (pot + 30.0, foot + 2.0),
            (pot - 30.0, foot + 2.0),
        ],
        inside.lit("#d98d6a"),
    )
    _floor(e, inside, g, hue)


def _floor(e: Easel, inside: Light, g: float, hue: int) -> None:
    c = e.sheet(1.0, g - 70.0)
    wood = inside.lit("#d8a878")
    c.rect(c.lo, g - 66.0, c.hi, c.bottom, wood)
    for k, y in enumerate((g - 50.0, g - 22.0, g + 20.0, g + 78.0)):
        c.rect(c.lo, y, c.hi, y + 2.0 + 0.6 * k, dim(wood, 0.9))
        for i in range(int(c.lo // 260) - 1, int(c.hi // 260) + 2):
            x = i * 260.0 + 97.0 * k % 260.0
            c.rect(x, y, x + 2.5, y + (28.0, 42.0, 58.0, 90.0)[k], dim(wood, 0.92))
    rug = inside.lit(_RUGS[hue])
    for k, colour in ((1.0, rug), (0.9, dim(rug, 1.25)), (0.84, rug), (0.5, dim(rug, 1.12))):
        c.oval(0.0, g + 26.0, 430.0 * k, 58.0 * k, colour)


def _outside(e: Easel) -> None:
    open_sky(e, 700.0)
    c = e.sheet(0.3, 430.0, 800.0)
    leaf = e.light.leaf("#7fbb7c", 0.4)
    table = Scatter(e.rng, 90.0, 1.0)
    c.rect(c.lo, 520.0, c.hi, c.bottom, leaf)
    for s in table.within(c.lo, c.hi):
        c.disc(s.x, 520.0, 34.0 + 34.0 * s.u, dim(leaf, 0.94 + 0.1 * s.v))


def _indoors(light: Light) -> Light:
    """Return the light in a room: some of the day's, and after dark a lamp's."""
    if not light.lamps:
        return replace(light, snow=0.0, wet=0.0, fade=0.0, saturation=0.5 + 0.5 * light.saturation)
    r, g, b = light.ambient
    warm = (0.45 * r + 0.5, 0.45 * g + 0.4, 0.45 * b + 0.36)
    if light.dark:
        warm = (0.58, 0.52, 0.60)
    return replace(light, snow=0.0, wet=0.0, fade=0.0, ambient=warm)


def _window(
    c: Canvas, inside: Light, light: Light, x: float, top: float, half: float, tall: float
) -> None:
    frame, low = inside.lit("#fbf6ee"), top + tall
    c.rect(x - half - 16.0, top - 16.0, x + half + 16.0, low + 16.0, frame)
    c.rect(x - half - 30.0, low + 12.0, x + half + 30.0, low + 28.0, dim(frame, 0.93))
    for a, b in ((x - half, x - 6.0), (x + 6.0, x + half)):
        for y0, y1 in ((top, top + 0.5 * tall - 6.0), (top + 0.5 * tall + 6.0, low)):
            c.erase([(a, y0), (b, y0), (b, y1), (a, y1)])
    if light.snow:
        c.oval(x, low + 2.0, half, 16.0, light.lit("#f4f8ff"))
    if light.wet:
        for k in range(26):
            at, y = (k * 0.618) % 1.0, (k * 0.377) % 1.0
            c.oval(
                x - half + 2.0 * half * at,
                top + tall * y,
                2.4,
                9.0,
                mix(light.haze, (255.0, 255.0, 255.0), 0.35),
            )
    cloth = inside.lit("#f2d9c4")
    for way in (-1.0, 1.0):
        rod = x + way * (half + 44.0)
        c.polygon(
            [
                (rod, top - 34.0),
                (rod - way * 74.0, top - 34.0),
                (rod - way * 40.0, low - 60.0),
                (rod - way * 26.0, low + 60.0),
                (rod + way * 12.0, low + 60.0),
            ],
            cloth,
        )
        c.polygon(
            [
                (rod - way * 16.0, top - 34.0),
                (rod - way * 34.0, top - 34.0),
                (rod - way * 16.0, low + 60.0),
                (rod - way * 6.0, low + 60.0),
            ],
            dim(cloth, 0.93),
        )
    c.rect(x - half - 66.0, top - 42.0, x + half + 66.0, top - 32.0, inside.lit("#b98f6c"))


def _pictures(c: Canvas, light: Light, x: float, y: float, size: float, hue: int) -> None:
    for dx, dy, w, h, k in (
        (-62.0, 0.0, 50.0, 66.0, 0),
        (56.0, -26.0, 42.0, 40.0, 1),
        (56.0, 70.0, 42.0, 44.0, 2),
    ):
        at, up, w, h = x + dx * size, y + dy, w * size, h * size
        c.rect(at - w - 8.0, up - h - 8.0, at + w + 8.0, up + h + 8.0, light.lit("#c49a72"))
        c.rect(at - w, up - h, at + w, up + h, light.lit("#fdf8f0"))
        c.rect(
            at - 0.8 * w,
            up - 0.8 * h,
            at + 0.8 * w,
            up + 0.8 * h,
            light.lit(_RUGS[(hue + k + 1) % 4]),
        )
        c.disc(at + 0.2 * w, up - 0.2 * h, 0.3 * w, light.lit("#ffe2b0"))
        c.rect(
            at - 0.8 * w,
            up + 0.3 * h,
            at + 0.8 * w,
            up + 0.8 * h,
            light.lit(_RUGS[(hue + k + 2) % 4]),
        )


def _shelf(c: Canvas, light: Light, x: float, y: float, size: float) -> None:
    wood, half, tall = light.lit("#b98863"), 104.0 * size, 420.0
    c.rect(x - half, y - tall, x + half, y, wood)
    spines = [
        light.lit(k) for k in ("#d9695f", "#5f93b8", "#e6b45c", "#6fa67d", "#f1e6d4", "#8d77b3")
    ]
    for row in range(4):
        top = y - tall + 14.0 + 102.0 * row
        c.rect(x - half + 10.0, top, x + half - 10.0, top + 88.0, dim(wood, 0.7))
        at, k = x - half + 14.0, row
        while at < x + half - 34.0 - 50.0 * (row % 2) * size:
            wide, high = 13.0 + 5.0 * (k * 7 % 3), 56.0 + 8.0 * (k * 5 % 4)
            c.rect(at, top + 88.0 - high, at + wide, top + 88.0, spines[k * 5 % 6])
            at, k = at + wide + 1.5, k + 1


def _floor_lamp(c: Canvas, light: Light, x: float, y: float, h: float) -> None:
    pole = light.lit("#6a5a52")
    c.rect(x - 4.0, y - h, x + 4.0, y, pole)
    c.oval(x, y - 2.0, 42.0, 9.0, pole)
    if light.lamps:
        c.glow(x, y - h - 30.0, 330.0, (255.0, 205.0, 130.0), 0.5)
    shade = light.lamp("#ffe3a6", "#f3e3c8")
    c.polygon(
        [
            (x - 40.0, y - h - 76.0),
            (x + 40.0, y - h - 76.0),
            (x + 66.0, y - h + 12.0),
            (x - 66.0, y - h + 12.0),
        ],
        shade,
    )


_WALLS = ("#e9d7c3", "#cfdcd6", "#dcd3e4", "#e8cfc8")
_RUGS = ("#c9756a", "#6f9fb0", "#8f83bd", "#d9a35e")
