"""The places by, on and under water."""

from dataclasses import replace

from cleardance.world.picture import plants
from cleardance.world.picture.easel import Easel
from cleardance.world.picture.landscapes import hills, puddles
from cleardance.world.picture.paint import RGB, Canvas, Curve, Scatter, Waves, dim, mix
from cleardance.world.picture.skies import open_sky


def _water(e: Easel, colour: str, depth: float) -> RGB:
    """Return the colour of water: its own, and some of the sky."""
    return mix(e.light.lit(colour, depth), e.light.sky[1], 0.3 * (1.0 - 0.6 * depth))


def _flat_water(c: Canvas, top: float, bottom: float, far: RGB, near: RGB, bands: int) -> None:
    """Fill down from a straight shore in ever wider bands."""
    for k in range(bands):
        t = k / bands
        c.floor(top + (bottom - top) * t**1.5, mix(far, near, t))


def _glints(c: Canvas, table: Scatter, top: float, bottom: float, colour: RGB) -> None:
    """Strew thin lights on water, longer towards us."""
    for s in table.within(c.lo - 60.0, c.hi + 60.0):
        y = top + (bottom - top) * s.u**1.4
        near = (y - top) / (bottom - top)
        c.oval(s.x, y, (12.0 + 34.0 * s.v) * (0.45 + 0.9 * near), 1.2 + 2.2 * near, colour)


def _islands(e: Easel, depth: float, shore: float, colour: str, step: float) -> None:
    c = e.sheet(depth, shore - 90.0, shore + 3.0)
    stone = e.light.leaf(colour, depth)
    for s in Scatter(e.rng, step, 0.9).within(c.lo - 300.0, c.hi + 300.0):
        if s.u < 0.6:
            half = 110.0 + 120.0 * s.v
            c.oval(s.x, shore, half, 30.0 + 30.0 * s.w, stone)
            c.oval(s.x + 0.7 * half, shore, 0.6 * half, 20.0 + 14.0 * s.w, dim(stone, 0.94))
            c.rect(s.x - 2.0 * half, shore + 3.0, s.x + 2.0 * half, c.bottom + 9.0, stone)
    c.erase(
        [
            (c.lo - 9, shore + 1),
            (c.hi + 9, shore + 1),
            (c.hi + 9, c.bottom + 9),
            (c.lo - 9, c.bottom + 9),
        ]
    )


def beach(e: Easel, g: float) -> None:
    """Sand, surf, palms."""
    light, shore = e.light, 0.62 * g
    open_sky(e, shore)
    _islands(e, 0.08, shore, "#7fb08f", 700.0)
    sea = e.sheet(0.2, shore, 0.86 * g)
    far, near = _water(e, "#2f9fd0", 0.2), _water(e, "#63cfd8", 0.6)
    _flat_water(sea, shore, 0.84 * g, far, near, 7)
    _glints(sea, Scatter(e.rng, 46.0, 1.7), shore + 8.0, 0.84 * g, mix(near, light.sun, 0.45))
    _surf(e, 0.5, 0.80 * g, near)
    c = e.sheet(1.0, 0.84 * g - 60.0)
    sand, line = light.soil("#f6dca6"), Waves(e.rng, 900.0, 340.0)
    foam = mix(light.lit("#ffffff"), near, 0.1)
    edge = 0.875 * g
    c.ground(line.under(edge - 9.0, 10.0), foam)
    c.ground(line.under(edge, 10.0), mix(dim(sand, 0.84), near, 0.22))
    c.ground(line.under(edge + 26.0, 10.0, 60.0), dim(sand, 1.08))
    c.ground(line.under(edge + 60.0, 10.0, 200.0), sand)
    c.ground(line.under(g + 62.0, -12.0, 700.0, 0.8), dim(sand, 0.95))
    _shells(c, e, g)
    if light.wet:
        puddles(c, e, g + 6.0)
    _palms(e, g)


def _surf(e: Easel, depth: float, y: float, water: RGB) -> None:
    line, c = Waves(e.rng, 620.0, 210.0), e.sheet(depth, y - 20.0, y + 90.0, drift=-9.0)
    foam = mix(e.light.lit("#ffffff", depth), water, 0.12)
    for dy in (0.0, 34.0):
        c.ground(line.under(y + dy, 8.0, 5.0 * dy), foam)
        c.ground(
            line.under(y + dy + 7.0, 6.0, 5.0 * dy + 40.0),
            dim(water, 1.06 + 0.003 * dy),
        )


def _shells(c: Canvas, e: Easel, g: float) -> None:
    table = Scatter(e.rng, 150.0, 1.6)
    if e.small or e.light.snow:
        return
    for s in table.within(c.lo, c.hi):
        y, colour = (
            g + 60.0 + 80.0 * s.u,
            e.light.lit(("#ffffff", "#ffb9a0", "#f3a6b4")[int(s.w * 2.99)]),
        )
        c.oval(s.x, y, 9.0, 6.5, dim(colour, 0.86))
        c.oval(s.x - 1.5, y - 2.0, 7.5, 5.0, colour)


def _palms(e: Easel, g: float) -> None:
    c = e.sheet(1.0, g - 640.0, g - 10.0)
    leaf, bark = e.light.leaf("#4fa564"), e.light.lit("#a87c5a")
    side = float(e.rng.choice([-1.0, 1.0]))
    for k, (at, h, lean) in enumerate(
        ((0.98, 560.0, -0.9), (1.18, 430.0, -0.5), (0.80, 350.0, 0.5))
    ):
        x = side * at * max(e.frame.half, 300.0)
        if k < 2 or e.frame.half > 600.0:
            plants.palm(c, x, g - 18.0, h, leaf, bark, side * lean)
    if not e.small:
        for k in range(5):
            x = side * max(e.frame.half, 300.0) * (0.78 + 0.13 * k)
            plants.tuft(c, x, g - 14.0, 44.0, e.light.leaf("#79ab5c"), -0.2 * side)


def sea(e: Easel, g: float) -> None:
    """Open water: swell behind the swimmers, a clear wave before them."""
    shore = 0.76 * g
    open_sky(e, shore)
    _islands(e, 0.06, shore, "#7fa7b8", 900.0)
    back = e.sheet(0.1, shore, g + 40.0)
    far = _water(e, "#3793c9", 0.1)
    _flat_water(back, shore, g, far, _water(e, "#2f8fc6", 0.3), 5)
    _glints(back, Scatter(e.rng, 40.0, 1.7), shore + 6.0, g - 20.0, mix(far, e.light.sun, 0.5))
    for depth, y, high, drift in (
        (0.4, 0.885, 7.0, -7.0),
        (0.7, 0.94, 10.0, 10.0),
        (0.97, 0.985, 12.0, -14.0),
    ):
        _swell(e, depth, y * g, high, drift, "#2b86bf", 1000.0 if depth > 0.9 else y * g + 130.0)
    _front_water(e, g + 4.0, "#2a7fb8", 13.0)
    c = _swell(e, 1.2, 905.0, 18.0, -26.0, "#1f6ca6", 1010.0, front=True)
    c.thin((880.0, 1000.0), (0.92, 1.0))


def _swell(
    e: Easel,
    depth: float,
    y: float,
    high: float,
    drift: float,
    colour: str,
    bottom: float,
    front: bool = False,
) -> Canvas:
    """Paint one drifting row of waves with a light crest."""
    line = Waves(e.rng, 420.0, 170.0)
    c = e.sheet(depth, y - 2.4 * high, bottom, drift * e.light.wind**0.5, front)
    water = _water(e, colour, depth)
    high *= 1.0 + 0.35 * (e.light.wind > 2.0)
    rows = (
        (0.0, 1.0, 0.0, mix(water, e.light.lit("#ffffff", depth), 0.42)),
        (3.5 + 2.0 * depth, 1.0, 0.0, dim(water, 1.07)),
        (22.0 + 10.0 * depth, 0.8, 30.0, water),
        (62.0 + 12.0 * depth, 0.6, 70.0, dim(water, 0.94)),
    )
    for below, tall, slide, tone in rows:
        c.ground(_crested(line, y + below, tall * high, slide), tone)
    return c


def _crested(line: Waves, y: float, high: float, slide: float) -> Curve:
    """Return the line with its tops sharpened and its troughs flattened."""
    return lambda x: y - high * (1.6 * ((line(x + slide) + 1.0) / 2.0) ** 1.8 - 0.6)


def _front_water(e: Easel, y: float, colour: str, high: float) -> None:
    c = _swell(e, 1.0, y, high, 0.0, colour, 1000.0, front=True)
    c.thin((y - high, y + 130.0), (0.62, 0.9))


def lake(e: Easel, g: float) -> None:
    """Still water that mirrors hills and pines; reeds and lily pads in front."""
    light, shore = e.light, 0.76 * g
    open_sky(e, shore)
    far, _ = hills(e, 0.08, 0.60 * g, 66.0, "#8fb3bd", shore + 12.0, 760.0, 300.0)
    far.mist(0.56 * g, shore, light.haze, 0.55)
    bank = e.sheet(0.2, shore - 130.0, g + 10.0)
    mirror = _water(e, "#4fa3c9", 0.2)
    bank.floor(shore, mirror)
    _mirrored_pines(bank, e, shore, mirror)
    water = e.sheet(0.45, shore + 52.0, g + 60.0)
    near = _water(e, "#3f93bd", 0.6)
    pale = mix(mirror, light.sky[2], 0.35)
    _glints(water, Scatter(e.rng, 58.0, 1.7), shore + 58.0, g - 10.0, pale)
    plain = e.sheet(0.75, g - 46.0)
    line = Waves(e.rng, 800.0, 300.0)
    plain.ground(line.under(g - 30.0, 4.0), mix(mirror, near, 0.5))
    plain.ground(line.under(g - 12.0, 4.0, 200.0), near)
    front = e.sheet(1.0, g - 8.0, 1000.0, front=True)
    front.ground(line.under(g + 3.0, 3.0), mix(near, light.lit("#ffffff"), 0.35))
    front.ground(line.under(g + 7.0, 3.0), dim(near, 1.03))
    front.ground(line.under(g + 80.0, 8.0, 90.0), dim(near, 0.93))
    _glints(front, Scatter(e.rng, 120.0, 1.7), g + 24.0, 1000.0, mix(near, light.sky[2], 0.3))
    front.thin((g, g + 130.0), (0.66, 0.92))
    _waterside(e)


def _mirrored_pines(c: Canvas, e: Easel, shore: float, mirror: RGB) -> None:
    leaf = e.light.leaf("#5b937c", 0.25)
    image = mix(leaf, mirror, 0.55)
    line = Waves(e.rng, 900.0, 280.0)
    c.band(shore, shore + 16.0, image)
    for s in Scatter(e.rng, 27.0, 1.2).within(c.lo - 40.0, c.hi + 40.0):
        h = 30.0 + 34.0 * s.u + 32.0 * (line.at(s.x) + 1.0)
        plants.pine_row(c, s.x, shore, h, dim(leaf, 0.95 + 0.1 * s.v))
        plants.pine_row(c, s.x, shore + 4.0, -0.9 * h, image)
    c.band(shore - 6.0, shore + 2.0, leaf)
    c.band(shore + 2.0, shore + 5.5, e.light.soil("#c9c39a", 0.3))
    for k, y in enumerate((26.0, 52.0, 84.0)):
        c.band(shore + y, shore + y + 2.0 + k, mirror)


def _waterside(e: Easel) -> None:
    c = e.sheet(1.2, 700.0, 1010.0, front=True)
    blade, pad = dim(e.light.leaf("#5c9a55"), 0.85), dim(e.light.leaf("#63a866"), 0.9)
    for s in Scatter(e.rng, 260.0, 1.3).within(c.lo - 90.0, c.hi + 90.0):
        if s.u < 0.55:
            wide = 40.0 + 30.0 * s.v
            c.oval(s.x, 950.0 + 40.0 * s.w, wide, 0.24 * wide, dim(pad, 0.85))
            c.oval(s.x - 2.0, 948.0 + 40.0 * s.w, 0.95 * wide, 0.2 * wide, pad)
            if s.w > 0.5:
                c.oval(s.x + 6.0, 940.0 + 40.0 * s.w, 13.0, 9.0, e.light.lit("#ffb6cd"))
    side = float(e.rng.choice([-1.0, 1.0]))
    for s in Scatter(e.rng, 62.0, 1.0).within(c.lo, c.hi):
        if side * s.x > 0.72 * e.frame.half:
            plants.reed(c, s.x, 1016.0, 180.0 + 110.0 * s.u, dim(blade, 0.9 + 0.2 * s.v), s.w - 0.5)


def underwater(e: Easel, g: float) -> None:
    """Blue depths: rocks, weed and coral over sand, light falling from above."""
    deep = replace(
        e.light, sky=_depths(e), haze=_depths(e)[1], fade=0.9, saturation=0.9 * e.light.saturation
    )
    e.light = deep
    c = e.sky(0.0, 1000.0, 0.0)
    _rays(c, e)
    for depth, y, colour in ((0.15, 0.80, "#5d8fb0"), (0.35, 0.86, "#4b7f9f")):
        _reef(e, depth, 1000.0 * y, colour)
    bed = e.sheet(0.7, 640.0, 1000.0)
    _garden(bed, e, 0.7, 905.0, 1.0)
    bed.floor(912.0, deep.lit("#a9c4b4", 0.8))
    c = e.sheet(1.0, 880.0)
    line, sand = Waves(e.rng, 760.0, 280.0), deep.lit("#cfd0ae")
    for dy, shade in ((0.0, 1.05), (18.0, 1.0), (60.0, 0.93)):
        c.ground(line.under(926.0 + dy, 10.0, 3.0 * dy), dim(sand, shade))
    front = e.sheet(1.2, 690.0, 1010.0, front=True)
    table = Scatter(e.rng, 300.0, 1.0)
    for s in table.within(front.lo - 150.0, front.hi + 150.0):
        _growth(front, e, s.x, 1018.0, 0.75 + 0.3 * s.u, s.v, s.w, 0.7)


def _depths(e: Easel) -> tuple[RGB, RGB, RGB]:
    a, light = e.light.ambient, e.light

    def tone(r: float, g: float, b: float) -> RGB:
        water = (r * (0.35 + 0.65 * a[0]), g * (0.3 + 0.7 * a[1]), b * (0.3 + 0.7 * a[2]))
        return mix(water, light.sky[1], 0.08)

    return tone(112, 214, 232), tone(44, 150, 200), tone(18, 86, 150)


def _rays(c: Canvas, e: Easel) -> None:
    bright = mix(e.light.sky[0], (255.0, 255.0, 255.0), 0.45)
    for s in Scatter(e.rng, 300.0, 1.2).within(c.lo - 300.0, c.hi + 300.0):
        wide, slant, low = 20.0 + 50.0 * s.u, 150.0, 520.0 + 330.0 * s.v
        for k in (1.0, 0.55):
            c.wash(
                [
                    (s.x - wide * k, -9.0),
                    (s.x + wide * k, -9.0),
                    (s.x + 2.2 * wide * k + slant, low),
                    (s.x - 2.2 * wide * k + slant, low),
                ],
                bright,
                0.16,
                fading=True,
            )


def _reef(e: Easel, depth: float, y: float, colour: str) -> None:
    line, c = Waves(e.rng, 560.0, 210.0, 90.0), e.sheet(depth, y - 290.0, y + 140.0)
    stone = e.light.lit(colour, depth)
    c.ground(line.under(y, 110.0), stone)
    leaf = e.light.lit("#4fa58c", depth)
    for s in Scatter(e.rng, 130.0, 1.4).within(c.lo, c.hi):
        if s.u < 0.6:
            plants.weed(c, s.x, y - 100.0 * line.at(s.x) + 12.0, 90.0 + 80.0 * s.v, leaf, s.w)
    c.mist(y - 60.0, y + 130.0, e.light.haze, 0.6)


def _garden(c: Canvas, e: Easel, depth: float, y: float, size: float) -> None:
    for s in Scatter(e.rng, 150.0, 1.3).within(c.lo - 90.0, c.hi + 90.0):
        if s.u < 0.75:
            _growth(c, e, s.x, y + 12.0, size * (0.5 + 0.4 * s.v), s.w, s.u, depth)


def _growth(
    c: Canvas, e: Easel, x: float, y: float, size: float, kind: float, key: float, depth: float
) -> None:
    """Grow one thing on the sea bed: coral, stones or a clump of weed."""
    if kind < 0.36:
        hue = ("#ff8f86", "#f7a65a", "#d98be0")[int(key * 2.99)]
        plants.coral(c, x, y, 120.0 * size, e.light.lit(hue, depth))
    elif kind < 0.55:
        plants.rock(c, x, y, 90.0 * size, e.light.lit("#7f8fa6", depth), key)
    else:
        leaf = e.light.lit(("#3fae7a", "#7fb84e")[int(key * 1.99)], depth)
        for k, dx in enumerate((-26.0, 22.0, 0.0)):
            plants.weed(
                c,
                x + dx * size,
                y,
                (170.0 + 50.0 * k) * size,
                dim(leaf, 0.86 + 0.09 * k),
                key + 0.3 * k,
            )
