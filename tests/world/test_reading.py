"""What people write, and what must be understood of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.world.language.lexicon import Key, Lexicon, Sense, lexicon
from cleardance.world.language.reading import read
from cleardance.world.language.words import words
from cleardance.world.scene import Heading, Scene, Shot

# prompt, then "setting: actors / next shot", then the words ignored. Defaults (day, clear, static,
# normal size) are left out; actors are size, colour, subject, action, relation and whom.
PROMPTS = [
    ("Swimming in a pond, two small ducks", "lake: small duck swim; small duck swim", ""),
    ("Jumping.", "meadow:", "Jumping"),
    (
        "a fox runs across a snowy field at dusk while the wind blows",
        "snowfield dusk wind: fox run",
        "",
    ),
    (
        "Two dogs chase a red ball on the beach at sunset",
        "beach dusk: dog run chases 2; dog run chases 2; red ball roll",
        "",
    ),
    (
        "a cat is chased by three mice",
        "meadow: cat run; mouse run chases 0; mouse run chases 0",
        "three",
    ),
    ("a duckling follows a duck to the left", "lake: duck follow follows 1; duck swim", ""),
    (
        "A big orange cat sits on a green chair in the kitchen",
        "room: big orange cat stand on 1; green chair stand",
        "",
    ),
    ("an orange rolls down the street", "city: orange roll", ""),
    (
        "Shot 1: a car drives along a road at night. Shot 2: It stops. The camera zooms in.",
        "road night: car drive / road night zoom in: car stand",
        "",
    ),
    ("A bird stands in a meadow, then it flies away", "meadow: bird stand / meadow: bird fly", ""),
    ("a rocket blasts off", "desert: rocket blast off", ""),
    (
        "Cinematic, beautiful drone shot of a whale swimming in the ocean, golden hour",
        "sea dusk: whale swim",
        "Cinematic beautiful drone",
    ),
    ("The camera follows a running horse across the desert", "desert follow: horse run", ""),
    ("a man riding a horse through the forest", "forest: man stand on 1; horse walk", ""),
    ("the car is red", "road: red car drive", ""),
    ("a knight runs through a forest", "forest:", "knight runs"),
    ("a wizard runs through a forest", "forest: wizard run", ""),
    ("birds flying in a clear blue sky", "sky: bird fly; bird fly", ""),
    ("A black and white cow eating grass", "meadow: black cow stand", "white eating"),
    ("a girl flies a kite in the park", "meadow: girl stand; kite fly", ""),
    ("no people, a quiet beach, waves crashing", "beach:", "quiet"),
    ("a dog and a cat run side by side", "meadow: dog run next to 1; cat run", ""),
    (
        "A fluffy orange kitten leaps over a log in the woods at dawn",
        "forest dawn: orange cat jump; log stand",
        "fluffy over",
    ),
    (
        "the rocket takes off from a desert at night, engines roaring",
        "desert night: rocket blast off",
        "",
    ),
    ("a pair of swans swim on a misty lake", "lake fog: swan swim; swan swim", ""),
    (
        "five geese fly from left to right across a rainy sky",
        "sky rain: goose fly; goose fly; goose fly",
        "five",
    ),
    (
        "a shark following a school of fish underwater",
        "underwater: shark follow follows 1; fish swim; fish swim",
        "school of",
    ),
    (
        "A girl rides a bicycle down the street, the camera pans left",
        "city pan left: girl stand on 1; bicycle drive",
        "",
    ),
    (
        "A police car chases a red sports car on the highway at night in the rain",
        "road night rain: police car drive chases 1; red racing car drive",
        "",
    ),
    (
        "[Shot 1] A penguin waddles on the ice field. [Shot 2] cut to a whale in the sea."
        " [Shot 3] it jumps.",
        "snowfield: penguin walk / sea: whale swim / sea: whale jump",
        "",
    ),
    (
        "a cat on top of a box next to a tree",
        "meadow: cat stand on 1; box stand next to 2; tree stand",
        "",
    ),
    (
        "A dog runs and then jumps, then spins",
        "meadow: dog run / meadow: dog jump / meadow: dog spin",
        "",
    ),
    ("the astronaut floats in outer space, handheld", "space shake: astronaut float", ""),
    ("a man walks his dog in the park on a sunny day", "meadow: man walk; dog walk", ""),
    ("it is snowing on a quiet city street at midnight", "city night snow:", "quiet"),
    ("a butterfly flutters around a sunflower", "meadow: butterfly fly; sunflower stand", "around"),
    ("two cats and a dog play on the beach", "beach: cat stand; cat stand; dog stand", "play"),
    (
        "A huge elephant and a tiny mouse walk side by side through the savannah",
        "meadow: huge elephant walk next to 1; tiny mouse walk",
        "",
    ),
    ("A balloon grows bigger and bigger", "sky: balloon grow", ""),
    ("a leaf falls in the wind", "sky wind: leaf fall", ""),
    (
        "an eagle soaring high above the mountains at golden hour, aerial tilt",
        "mountains dusk tilt down: eagle fly",
        "high",
    ),
    ("a car without wheels drives", "road: car drive", ""),
    ("the farmer's tractor drives on a farm", "farm: tractor drive", "farmer's"),
    ("a bird's nest in a tree", "meadow: nest stand; tree stand", "bird's in"),
    ("DOGS RUNNING!!!", "meadow: dog run; dog run", ""),
    (
        "the ball bounces to the right then it rolls",
        "meadow: ball bounce / meadow: ball roll",
        "",
    ),
    ("sunset over the ocean, waves crashing, tracking shot", "sea dusk follow:", ""),
    ("a ufo hovers over a cornfield under the stars", "farm night: ufo hover", ""),
    ("a horse being ridden by a girl", "meadow: horse walk; girl stand on 0", ""),
    (
        "A kangaroo hops through the desert, followed by a camel",
        "desert: kangaroo jump; camel follow follows 0",
        "",
    ),
    ("a truck facing left parked on a road", "road: lorry stand", ""),
    ("a rabbit is bigger than a fox", "meadow: rabbit stand; fox stand", "bigger"),
    (
        "A boat sails at sea during a storm; lightning",
        "sea rain: motorboat drive; lightning bolt stand",
        "",
    ),
    ("fox run snow", "meadow snow: fox run", ""),
    ("a dragon flying", "sky: dragon fly", ""),
    (
        "A crowd of people walk in the city",
        "city: person walk; person walk; person walk",
        "crowd of",
    ),
    ("fish swim", "underwater: fish swim", ""),
    (
        "birds chirping while a deer walks through the forest",
        "forest: bird stand; bird stand; deer walk",
        "",
    ),
    ("a flying saucer", "space: ufo fly", ""),
    ("turtle swims slowly", "lake: turtle swim", "slowly"),
    ("a snail races a turtle", "meadow: snail run; turtle run", ""),
    (
        "a man drives a car and a dog chases it",
        "road: man stand on 1; car drive; dog run chases 1",
        "",
    ),
    (
        "While it rains, a frog sits on a mushroom",
        "meadow rain: frog stand on 1; mushroom stand",
        "",
    ),
    ("In space, no stars, a comet", "space: comet float", ""),
    (
        "Wide shot: a train moves left through the mountains. The camera slowly zooms out.",
        "mountains zoom out: train drive",
        "Wide slowly",
    ),
    ("The camera moves left as a cow walks right", "farm pan left: cow walk", ""),
    ("a black cat and a white dog", "meadow: black cat stand; white dog stand", ""),
    (
        "A red, shiny apple falls from a tree and rolls away",
        "meadow: red apple fall; tree stand",
        "shiny from rolls away",
    ),
    ("a man walks his dog in the park", "meadow: man walk; dog walk", ""),
    ("A bird and a cat", "meadow: bird stand; cat stand", ""),
    ("birds, three dogs and a cat", "meadow: bird stand; bird stand; dog stand", "three cat"),
    ("a dog looks up", "meadow: dog stand", "looks up"),
    (
        "Foxes running through the woods, cinematic lighting, 4k",
        "forest: fox run; fox run",
        "cinematic lighting 4k",
    ),
    (
        "a small blue bird sits on a big red mailbox",
        "meadow: small blue bird stand",
        "big red mailbox",
    ),
    ("The sun rises over the mountains", "mountains dawn:", ""),
    (
        "An astronaut rides a horse on a beach at sunset",
        "beach dusk: astronaut stand on 1; horse walk",
        "",
    ),
    ("a bear swims across a river while the camera zooms in", "lake zoom in: bear swim", ""),
    ("Ein Hund läuft über die Wiese", "room: dice stand", "Ein Hund läuft über Wiese"),
    ("🦊 runs", "meadow:", "🦊 runs"),
    ("a dog runs. The dog jumps.", "meadow: dog run", "jumps"),
    ("A dog runs, then a cat jumps.", "meadow: dog run / meadow: cat jump", ""),
    (
        "Shot 1: a red car drives down a highway. Shot 2: the car stops in the city at night.",
        "road: red car drive / city night: red car stand",
        "",
    ),
    ("the cat and the mouse: the mouse chases the cat", "meadow: cat run; mouse run chases 0", ""),
    ("a penguin doesn't fly", "snowfield: penguin stand", ""),
    ("a bat flies in a starry sky", "sky night: bat fly", ""),
    ("a ship floats on the waves in thick fog", "sea fog: ship float", "thick"),
    ("the owl isn't flying, it is sitting on a tree", "meadow: owl stand on 1; tree stand", ""),
    ("A ZEBRA, GALLOPING TO THE LEFT", "meadow: zebra run", ""),
    ("a plane taking off", "sky: airplane fly", ""),
    ("the Loch Ness monster swims in a lake", "lake: monster swim", "Loch Ness"),
    (
        "an old man with a cane walks slowly past a castle",
        "meadow: old man walk; castle stand",
        "cane slowly past",
    ),
    ("seven dwarfs walk through a forest", "forest:", "seven dwarfs walk"),
    ("a purple and green parrot", "sky: purple parrot fly", "green"),
    (
        "three robots dance in the city, neon lights",
        "city: robot stand; robot stand; robot stand",
        "dance neon lights",
    ),
    ("a dog chasing its tail", "meadow: dog walk", "chasing tail"),
    ("a tiger followed by two cubs", "forest: tiger walk", "followed by two cubs"),
    (
        "Rolling green hills, a tractor moving from right to left",
        "meadow: tractor drive",
        "Rolling green",
    ),
    ("A couple of pigs roll in the mud on a farm", "farm: pig roll; pig roll", "mud"),
    ("a leopard that runs across the desert", "desert: leopard run", ""),
    (
        "a unicorn by the sea at dawn, mist everywhere",
        "beach dawn fog: unicorn stand",
        "everywhere",
    ),
    ("several birds fly over the ocean", "sea: bird fly; bird fly; bird fly", ""),
    ("An empty street at night in the rain", "city night rain:", "empty"),
    ("a teapot", "room: teapot stand", ""),
    ("a yellow submarine explores a coral reef", "underwater: yellow submarine stand", "explores"),
    ("Cut to: a volcano in the fog", "meadow fog: volcano stand", ""),
    ("a snowman shrinks in the sun", "snowfield: snowman shrink", ""),
    ("a rocket launches into outer space", "space: rocket blast off", ""),
    (
        "the horse is brown and the sheep is white",
        "meadow: brown horse stand; white sheep stand",
        "",
    ),
    ("a cat is next to a dog", "meadow: cat stand next to 1; dog stand", ""),
    (
        "a little girl with a red balloon walks through the park",
        "meadow: small girl walk next to 1; red balloon stand",
        "",
    ),
    ("a man chasing a bus that drives away to the right", "road: man run chases 1; bus drive", ""),
    ("Dolphins leaping out of the sea", "sea: dolphin jump; dolphin jump", ""),
    (
        "A taxi in the city, honking, at golden hour; the camera pans to the right",
        "city dusk pan right: taxi drive",
        "",
    ),
    ("dog dog dog dog", "meadow: dog stand", ""),
    ("zooming out from a castle on a hill", "meadow zoom out: castle stand", ""),
    (
        "a kite flies, then it falls down, and then it spins",
        "meadow: kite fly / meadow: kite fall / meadow: kite spin",
        "",
    ),
]


def told(shot: Shot) -> str:
    """A shot in the table's notation."""
    setting = (shot.place, shot.time, shot.weather, shot.camera)
    actors = []
    for a in shot.actors:
        size = "" if a.size == "normal" else a.size
        relation = "" if a.relation is None else f"{a.relation} {a.target}"
        actors.append(" ".join(filter(None, (size, a.colour, a.subject, a.action, relation))))
    said = " ".join(v for v in setting if v not in ("day", "clear", "static"))
    return f"{said}: {'; '.join(actors)}".strip()


def headings(scene: Scene) -> list[Heading]:
    return [a.heading for shot in scene.shots for a in shot.actors]


@pytest.mark.parametrize(("prompt", "expected", "ignored"), PROMPTS)
def test_what_people_write(prompt: str, expected: str, ignored: str) -> None:
    reading = read(prompt, 6.0, 3)
    assert " / ".join(map(told, reading.scene.shots)) == expected
    assert reading.ignored == tuple(ignored.split())


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a fox runs to the left", [Heading.LEFT]),
        ("a fox runs from left to right", [Heading.RIGHT]),
        ("facing left, a fox", [Heading.LEFT]),
        ("Running to the left in the snow, a fox", [Heading.LEFT]),
        ("a cat facing left and a dog facing right", [Heading.LEFT, Heading.RIGHT]),
        ("two dogs walk leftwards", [Heading.LEFT, Heading.LEFT]),
        ("a dog chases a cat to the right", [Heading.RIGHT, Heading.RIGHT]),
        ("the ball rolls left, then it bounces", [Heading.LEFT, Heading.LEFT]),
    ],
)
def test_headings(prompt: str, expected: list[Heading]) -> None:
    for seed in range(8):
        assert headings(read(prompt, 5.0, seed).scene) == expected


def test_the_seed_settles_what_is_open() -> None:
    scenes = [read("birds fly", 5.0, seed).scene for seed in range(40)]
    assert {len(scene.shots[0].actors) for scene in scenes} == {2, 3}
    assert {heading for scene in scenes for heading in headings(scene)} == set(Heading)
    assert scenes == [read("birds fly", 5.0, seed).scene for seed in range(40)]


@pytest.mark.parametrize(
    "prompt", ["", " ", "...", "\u200b\u200d", "?!", "\x00", "'", "shot 1:", "the of and"]
)
def test_a_prompt_without_content_is_an_empty_meadow(prompt: str) -> None:
    reading = read(prompt, 5.0, 1)
    assert [told(shot) for shot in reading.scene.shots] == ["meadow:"]
    assert reading.ignored == ()


def test_spelling_does_not_matter() -> None:
    plain = read("a polar bear walks in the snow", 5.0, 1)
    for prompt in (
        "A POLAR BEAR WALKS IN THE SNOW",
        "a polar-bear walks in the snow",
        "\u201ca p\u200bolar bear\u201d walks in the snow",
        "\uff41 \uff50\uff4f\uff4c\uff41\uff52 bear walks in the sno\u0301w",
    ):
        assert read(prompt, 5.0, 1) == plain


def test_shots_share_the_duration_and_later_ones_inherit() -> None:
    scene = read("a cat sits on a beach at night. Cut to: a dog. Cut to: a red bus", 5.0, 1).scene
    assert [round(shot.duration_s * 24) for shot in scene.shots] == [40, 40, 40]
    assert [told(shot) for shot in scene.shots] == [
        "beach night: cat stand",
        "beach night: dog stand",
        "beach night: red bus stand",
    ]


def test_shots_past_the_limit_are_named_not_shown() -> None:
    reading = read("a cat. Cut to: a dog. Cut to: a cow. Cut to: a red pig runs", 3.0, 1)
    assert [shot.actors[0].subject for shot in reading.scene.shots] == ["cat", "dog", "cow"]
    assert reading.ignored == ("red", "pig", "runs")


def test_an_action_past_the_last_shot_is_named_and_the_first_one_kept() -> None:
    reading = read("a cat runs, then jumps, then spins", 2.0, 1)
    assert [told(shot) for shot in reading.scene.shots] == ["meadow: cat run", "meadow: cat jump"]
    assert reading.ignored == ("spins",)


def test_a_fourth_actor_is_named_not_shown() -> None:
    reading = read("a cat, a dog, a cow and a small pig", 5.0, 1)
    assert [a.subject for a in reading.scene.shots[0].actors] == ["cat", "dog", "cow"]
    assert reading.ignored == ("small", "pig")


def test_relations_never_run_in_a_circle() -> None:
    reading = read("a dog chases a cat, the cat chases a mouse, the mouse chases the dog", 5.0, 1)
    shot = reading.scene.shots[0]
    assert told(shot) == "meadow: dog run chases 1; cat run chases 2; mouse run"
    assert reading.ignored == ("chases",)


PHRASES = sorted({" ".join(phrase) for phrase in lexicon().senses})
SMALL = "a|the|two|it|they|then|and|,|.|that|no|is|camera|cut to|shot 2:|birds|dog|cat|chases|on"
SENTENCES = st.lists(
    st.one_of(st.sampled_from(SMALL.split("|")), st.sampled_from(PHRASES), st.just("blorp")),
    max_size=30,
).map(" ".join)


@given(st.one_of(st.text(), SENTENCES), st.floats(0.1, 60.0), st.integers(0, 2**31 - 1))
def test_any_text_is_read(prompt: str, duration_s: float, seed: int) -> None:
    reading = read(prompt, duration_s, seed)
    frames = [shot.duration_s * 24 for shot in reading.scene.shots]
    assert all(abs(n - round(n)) < 1e-9 and n > 0.5 for n in frames)
    assert sum(map(round, frames)) == max(round(duration_s * 24), len(frames))
    position = 0
    for word in reading.ignored:
        position = prompt.index(word, position) + len(word)


@given(SENTENCES)
def test_every_word_outside_the_lexicon_is_named(prompt: str) -> None:
    assert read(prompt, 5.0, 1).ignored.count("blorp") == prompt.split().count("blorp")


@pytest.mark.parametrize(
    "piece", ["a red dog ", "a\u0301 ", "\U0001f98a", "then it jumps ", "birds, ", "'s", "in the "]
)
def test_long_prompts_take_linear_work(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = 0

    class Counted(dict[Key, tuple[Sense, ...]]):
        def __contains__(self, key: object) -> bool:
            nonlocal probes
            probes += 1
            return super().__contains__(key)

    counted = Lexicon(Counted(lexicon().senses), lexicon().longest)
    monkeypatch.setattr("cleardance.world.language.reading.lexicon", lambda: counted)
    read(piece * 500, 5.0, 1)
    few, probes = probes, 0
    read(piece * 2000, 5.0, 1)
    assert probes <= 4.2 * few + 8


def test_words_keep_their_spelling_and_their_pauses() -> None:
    found = words("The fox\u2019s den, it\u2026 runs")
    assert [(w.text, w.key, int(w.pause), w.possessive) for w in found] == [
        ("The", "the", 2, False),
        ("fox\u2019s", "fox", 0, True),
        ("den", "den", 0, False),
        ("it", "it", 1, False),
        ("runs", "runs", 2, False),
    ]
