"""The room: a window on the hour and the weather, and lamps after dark."""

from dataclasses import replace

from cleardance.world.picture import plants
from cleardance.world.picture.easel import Easel
from cleardance.world.picture.light import Light
from cleardance.world.picture.paint import Canvas, Scatter, dim, mix
from cleardance.world.picture.skies import open_sky

_WALLS = ("#e9d7c3", "#cfdcd6", "#dcd3e4", "#e8cfc8")
_RUGS = ("#c9756a", "#6f9fb0", "#8f83bd", "#d9a35e")


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
    wall.floor(wall.top - 9.0, paint)
    for i in range(int(wall.lo // 90) - 1, int(wall.hi // 90) + 2):
        wall.rect(i * 90.0, wall.top, i * 90.0 + 42.0, foot, dim(paint, 0.975))
    wall.band(foot - 34.0, foot, inside.lit("#f6eee4"))
    wall.band(foot - 38.0, foot - 33.0, inside.lit("#d9cbbd"))
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
    c.floor(g - 66.0, wood)
    for k, y in enumerate((g - 50.0, g - 22.0, g + 20.0, g + 78.0)):
        c.band(y, y + 2.0 + 0.6 * k, dim(wood, 0.9))
        for i in range(int(c.lo // 260) - 1, int(c.hi // 260) + 2):
            x = i * 260.0 + 97.0 * k % 260.0
            c.rect(x, y, x + 2.5, y + (28.0, 42.0, 58.0, 90.0)[k], dim(wood, 0.92))
    rug = inside.lit(_RUGS[hue])
    for size, colour in ((1.0, rug), (0.9, dim(rug, 1.25)), (0.84, rug), (0.5, dim(rug, 1.12))):
        c.oval(0.0, g + 26.0, 430.0 * size, 58.0 * size, colour)


def _outside(e: Easel) -> None:
    open_sky(e, 700.0)
    c = e.sheet(0.3, 430.0, 800.0)
    leaf = e.light.leaf("#7fbb7c", 0.4)
    table = Scatter(e.rng, 90.0, 1.0)
    c.floor(520.0, leaf)
    for s in table.within(c.lo, c.hi):
        c.disc(s.x, 520.0, 34.0 + 34.0 * s.u, dim(leaf, 0.94 + 0.1 * s.v))


def _indoors(light: Light) -> Light:
    """Return the light in a room: some of the day's, and after dark a lamp's."""
    if not light.lamps:
        return replace(light, snow=0.0, wet=0.0, fade=0.0, saturation=0.5 + 0.5 * light.saturation)
    r, g, b = light.ambient
    warm = (0.45 * r + 0.5, 0.45 * g + 0.4, 0.45 * b + 0.36)
    if light.dark:
        warm = (0.64, 0.53, 0.54)
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
            at, y = (k * 0.7549) % 1.0, (k * 0.5698) % 1.0
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
