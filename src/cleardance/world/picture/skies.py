"""What is in the sky: sun, moon, stars, clouds."""

import numpy as np

from cleardance.world.picture.easel import Easel
from cleardance.world.picture.paint import RGB, Canvas, Scatter, mix


def open_sky(e: Easel, horizon: float, clouds: bool = True) -> None:
    """Paint a sky down to a horizon, with what belongs in it at this hour, and clouds."""
    light = e.light
    side = float(e.rng.choice([-1.0, 1.0]) * e.rng.uniform(0.35, 0.7))
    canvas = e.sky(side, horizon)
    stars = Scatter(e.rng, 23.0, jitter=1.6)
    if light.dark and light.cover < 0.8:
        strew_stars(canvas, stars, 0.85 * horizon, light.sky[0])
    if light.sun_seen > 0.0:
        _sun_or_moon(e, canvas, side * e.frame.half, (1.0 - light.sun_height) * horizon)
    if clouds:
        _cloud_layer(e, horizon, depth=0.03, size=0.62, rise=0.62)
        _cloud_layer(e, horizon, depth=0.06, size=1.0, rise=0.36)


def strew_stars(canvas: Canvas, stars: Scatter, below: float, dark: RGB) -> None:
    """Paint stars, denser towards the top, down to a height (art units)."""
    for s in stars.within(canvas.lo, canvas.hi):
        y = below * s.u**1.4
        bright = (0.35 + 0.65 * s.v**3) * (1.0 - 0.7 * y / below)
        radius = 0.9 + 1.5 * s.v**4
        canvas.disc(s.x, y, radius, mix(dark, (255.0, 250.0, 235.0), bright))


def _sun_or_moon(e: Easel, canvas: Canvas, x: float, y: float) -> None:
    light = e.light
    radius = 44.0 if light.dark else 52.0
    hazy = 1.0 - light.sun_seen
    disc = mix(light.sun, light.sky[1], 0.65 * hazy)
    canvas.glow(x, y, radius * 3.2, disc, 0.5 * light.sun_seen)
    canvas.disc(x, y, radius, disc)
    if light.dark and not e.small:
        crater = mix(disc, light.sky[1], 0.16)
        for dx, dy, r in ((-14, -10, 11), (15, 6, 8), (-4, 18, 6), (10, -20, 5)):
            canvas.disc(x + dx, y + dy, r, crater)


def _cloud_layer(e: Easel, horizon: float, depth: float, size: float, rise: float) -> None:
    light = e.light
    table = Scatter(e.rng, 330.0 * size, jitter=0.7)
    if light.cover <= 0.1:
        return
    base, spread = horizon * (1.0 - rise), horizon * 0.22
    drift = 7.0 * light.wind * size
    canvas = e.sheet(depth, base - spread - 130.0, base + spread + 30.0, drift)
    # no reach below: nothing of a cloud hangs under its base
    for s in table.within(canvas.lo - 150.0, canvas.hi + 150.0):
        if s.w < 0.35 + 0.65 * light.cover:
            y = base + (s.u - 0.5) * 2.0 * spread
            cloud(canvas, s.x, y, size * (0.55 + 0.65 * s.v), s.w, light.cloud, light.cloud_shade)


def cloud(c: Canvas, x: float, y: float, size: float, form: float, top: RGB, shade: RGB) -> None:
    """Paint a flat-based cloud about 200 x size wide; ``form`` in 0..1 chooses its humps."""
    length = (78.0 + 34.0 * form) * size
    humps = _HUMPS[int(form * 97.0) % len(_HUMPS)]
    for colour, lift, inner in ((shade, 0.0, 1.0), (top, 9.0 * size, 0.96)):
        base = y - lift
        for at, r in humps:
            c.dome(x + at * length, base - 0.45 * r * size, inner * r * size, base, colour)
        _pill(c, x, base - 17.0 * size, 0.86 * inner * length, 17.0 * size, colour)


def _pill(c: Canvas, x: float, y: float, half: float, r: float, colour: RGB) -> None:
    turn = np.linspace(-np.pi / 2, np.pi / 2, 12)
    right = np.column_stack([x + half + r * np.cos(turn), y + r * np.sin(turn)])
    left = np.column_stack([x - half - r * np.cos(turn), y - r * np.sin(turn)])
    c.polygon(np.concatenate([right, left]), colour)


_HUMPS = (
    ((-0.55, 28.0), (-0.05, 46.0), (0.5, 32.0)),
    ((-0.6, 24.0), (-0.22, 38.0), (0.22, 44.0), (0.62, 25.0)),
    ((-0.45, 36.0), (0.1, 30.0), (0.5, 40.0)),
    ((-0.65, 22.0), (-0.3, 34.0), (0.08, 48.0), (0.48, 34.0), (0.75, 20.0)),
)
