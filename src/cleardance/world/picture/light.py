"""Light: what a time of day and a weather do to every colour of a stage."""

from dataclasses import dataclass, replace

from cleardance.world.picture.paint import RGB, mix, rgb
from cleardance.world.scene import TimeOfDay, Weather

_WHITE: RGB = (255.0, 255.0, 255.0)


@dataclass(frozen=True)
class Light:
    """A palette and how it falls on things.

    ``sky`` runs from zenith to horizon. Gains are per channel, 1 leaves a colour as it is.
    ``fade`` is how much of its colour the farthest thing loses to ``haze``; ``snow`` how much of
    the ground is covered; ``wet`` how shiny it is; ``cover`` how cloudy; all 0 to 1. Snow has its
    own colours: it stays the brightest thing on the ground at any hour, and its shade is blue.
    """

    sky: tuple[RGB, RGB, RGB]
    haze: RGB
    ambient: RGB
    sun: RGB
    cloud: RGB
    cloud_shade: RGB
    actors: RGB
    snow_sunlit: RGB
    snow_shade: RGB
    fade: float
    falloff: float = 1.2  # of colour with nearness: the less, the thicker the air
    cover: float = 0.35
    saturation: float = 1.0
    snow: float = 0.0
    wet: float = 0.0
    wind: float = 1.0  # how fast clouds and water drift
    dark: bool = False  # moon and stars are out
    lamps: bool = False  # lamps and windows are lit
    sun_height: float = 0.62  # 0 at the horizon, 1 at the top of the frame
    sun_seen: float = 1.0

    def lit(self, colour: RGB | str, depth: float = 1.0) -> RGB:
        """Return how a thing's own colour looks at a depth (1 here, 0 at the horizon)."""
        r, g, b = rgb(colour) if isinstance(colour, str) else colour
        grey = 0.3 * r + 0.59 * g + 0.11 * b
        r, g, b = mix((grey, grey, grey), (r, g, b), self.saturation)
        here = (r * self.ambient[0], g * self.ambient[1], b * self.ambient[2])
        return mix(here, self.haze, self.fade * (1.0 - min(depth, 1.0)) ** self.falloff)

    def soil(self, colour: RGB | str, depth: float = 1.0) -> RGB:
        """Return how the ground looks: as ``lit``, under what snow there is."""
        return mix(self.lit(colour, depth), self.white(depth, 0.1), self.snow)

    def white(self, depth: float = 1.0, shade: float = 0.0) -> RGB:
        """Return how snow looks, from sunlit (shade 0) to shaded (1); it fades half as much."""
        haze = 0.5 * self.fade * (1.0 - min(depth, 1.0)) ** self.falloff
        return mix(mix(self.snow_sunlit, self.snow_shade, shade), self.haze, haze)

    def leaf(self, colour: RGB | str, depth: float = 1.0) -> RGB:
        """Return how foliage and roofs look: as ``lit``, dusted with what snow there is."""
        return mix(self.lit(colour, depth), self.white(depth, 0.1), 0.5 * self.snow)

    def lamp(self, colour: RGB | str, off: RGB | str, depth: float = 1.0) -> RGB:
        """Return the colour of something that shines when it is dark."""
        if not self.lamps:
            return self.lit(off, depth)
        base = rgb(colour) if isinstance(colour, str) else colour
        return mix(base, self.haze, 0.5 * self.fade * (1.0 - depth))


def _sky(zenith: str, middle: str, horizon: str) -> tuple[RGB, RGB, RGB]:
    return rgb(zenith), rgb(middle), rgb(horizon)


_TIMES: dict[TimeOfDay, Light] = {
    TimeOfDay.DAY: Light(
        sky=_sky("#3d97e6", "#86c8f6", "#e3f5fb"),
        haze=rgb("#cbe6f5"),
        ambient=(1.0, 1.0, 1.0),
        sun=rgb("#fff3c4"),
        cloud=rgb("#ffffff"),
        cloud_shade=rgb("#d9ebf8"),
        actors=(1.0, 1.0, 1.0),
        snow_sunlit=rgb("#f9fcff"),
        snow_shade=rgb("#b7d0f0"),
        fade=0.78,
    ),
    TimeOfDay.DUSK: Light(
        sky=_sky("#43387f", "#c9608c", "#ffc37a"),
        haze=rgb("#e79a86"),
        ambient=(0.80, 0.55, 0.62),
        sun=rgb("#ffe2a4"),
        cloud=rgb("#ffb494"),
        cloud_shade=rgb("#b4638f"),
        actors=(1.0, 0.88, 0.85),
        snow_sunlit=rgb("#fbe9e6"),
        snow_shade=rgb("#7d86d2"),
        fade=0.80,
        lamps=True,
        sun_height=0.16,
    ),
    TimeOfDay.NIGHT: Light(
        sky=_sky("#0a1233", "#172a63", "#3a5799"),
        haze=rgb("#2f4a86"),
        ambient=(0.24, 0.33, 0.55),
        sun=rgb("#f4f1dc"),
        cloud=rgb("#33497f"),
        cloud_shade=rgb("#223364"),
        actors=(0.72, 0.79, 0.96),
        snow_sunlit=rgb("#93aede"),
        snow_shade=rgb("#3f5ba3"),
        fade=0.82,
        dark=True,
        lamps=True,
        sun_height=0.70,
    ),
    TimeOfDay.DAWN: Light(
        sky=_sky("#7ba9df", "#f0bccb", "#ffeabf"),
        haze=rgb("#f7d3cb"),
        ambient=(0.93, 0.82, 0.86),
        sun=rgb("#fff4cf"),
        cloud=rgb("#fff1ea"),
        cloud_shade=rgb("#e9b9c6"),
        actors=(1.0, 0.95, 0.93),
        snow_sunlit=rgb("#fff6f4"),
        snow_shade=rgb("#b9c3ea"),
        fade=0.84,
        sun_height=0.22,
    ),
}


def _veiled(light: Light, veil: RGB, amount: float) -> Light:
    """Draw a grey over sky, clouds and distance."""
    high, middle, low = light.sky
    return replace(
        light,
        sky=(mix(high, veil, amount), mix(middle, veil, amount), mix(low, veil, amount)),
        haze=mix(light.haze, veil, amount),
        cloud=mix(light.cloud, veil, 0.8 * amount),
        cloud_shade=mix(light.cloud_shade, veil, 0.8 * amount),
        snow_sunlit=mix(light.snow_sunlit, veil, 0.35 * amount),
        snow_shade=mix(light.snow_shade, veil, 0.5 * amount),
    )


def _gain(light: Light, ambient: float, actors: float) -> Light:
    a, c = light.ambient, light.actors
    return replace(
        light,
        ambient=(a[0] * ambient, a[1] * ambient, a[2] * ambient),
        actors=(c[0] * actors, c[1] * actors, c[2] * actors),
    )


def _grey(light: Light, gain: float, cool: float) -> RGB:
    """Return the grey of a covered sky, as bright as this one's lower half."""
    cool = 0.24 if light.dark else cool
    value = sum(0.4 * m + 0.6 * low for m, low in zip(light.sky[1], light.sky[2], strict=True)) / 3
    return value * gain * (1.0 - cool), value * gain, min(255.0, value * gain * (1.0 + cool))


def light_of(time: TimeOfDay, weather: Weather) -> Light:
    """Return the light of a time of day in a weather."""
    light = _TIMES[time]
    if weather is Weather.RAIN:
        wet = _gain(_veiled(light, _grey(light, 0.62, 0.09), 0.72), 0.74, 0.9)
        return replace(wet, saturation=0.72, wet=1.0, cover=0.85, wind=1.6, sun_seen=0.0)
    if weather is Weather.SNOW:
        white = _gain(_veiled(light, _grey(light, 0.93, 0.04), 0.62), 0.95, 0.97)
        return replace(white, saturation=0.8, snow=0.82, cover=0.6, sun_seen=0.25)
    if weather is Weather.FOG:
        thick = _gain(_veiled(light, _grey(light, 0.92, 0.02), 0.78), 0.97, 0.97)
        return replace(thick, saturation=0.7, fade=1.0, falloff=0.62, cover=0.1, sun_seen=0.3)
    if weather is Weather.WIND:
        return replace(light, wind=5.0, cover=0.6)
    return light
