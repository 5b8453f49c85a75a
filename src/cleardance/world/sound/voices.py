"""Every call by name: what ``Subject.voice`` can say."""

from collections.abc import Callable

import numpy as np

from cleardance.world.sound import animals, instruments
from cleardance.world.sound.synth import Floats, generator

Voice = Callable[[float, np.random.Generator], Floats]

VOICES: dict[str, Voice] = {
    voice.__name__: voice
    for voice in (
        animals.bark,
        animals.meow,
        animals.moo,
        animals.baa,
        animals.neigh,
        animals.oink,
        animals.cluck,
        animals.quack,
        animals.chirp,
        animals.hoot,
        animals.caw,
        animals.roar,
        animals.trumpet,
        animals.howl,
        animals.ribbit,
        animals.hiss,
        animals.squeak,
        animals.buzz,
        animals.growl,
        animals.whale,
        animals.dolphin_click,
        animals.monkey,
        animals.voice_hey,
        animals.gull,
        animals.cricket,
        animals.splash_bubble,
        instruments.car_horn,
        instruments.truck_horn,
        instruments.bike_bell,
        instruments.siren,
        instruments.train_whistle,
        instruments.ship_horn,
        instruments.bell,
        instruments.drum,
        instruments.guitar,
        instruments.trumpet_call,
        instruments.clock_tick,
        instruments.robot_beep,
        instruments.thunder,
        instruments.fire_crackle,
        instruments.drop,
    )
}


def call(name: str, pitch: float, variant: int) -> Floats:
    """Return one utterance of a voice at `SYNTH_HZ`, mono [n], unnormalised.

    ``pitch`` is 1 for a natural-sized subject, lower for larger ones; variants differ slightly.
    Raises ValueError for a voice that does not exist.
    """
    if name not in VOICES:
        raise ValueError(f"no voice is called {name!r}")
    return VOICES[name](pitch, generator("voice", name, variant))
