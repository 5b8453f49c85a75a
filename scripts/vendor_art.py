"""Make ``world/data/art.json`` from an unpacked ``@iconify-json/fluent-emoji-flat`` package.

    python scripts/vendor_art.py path/to/package/icons.json

Takes only the icons that ``world/data/subjects.csv`` names. Backgrounds that our stage draws
itself (water, tracks, a snowy slope) are left out. Icons named ``*-whole`` are composed here: the
set draws some animals and people as a head or a bust only, and those get a body to walk with.
What ``world/data/drawn.json`` holds was drawn for this project, and is not looked for here.
"""

import argparse
import csv
import json
import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "src/cleardance/world/data"

# The cross on the ambulance is a protected emblem.
EMBLEM = (
    "M22 12a1 1 0 0 0-1 1v1h-1a1 1 0 1 0 0 2h1v1a1 1 0 1 0 2 0"
    "v-1h1a1 1 0 1 0 0-2h-1v-1a1 1 0 0 0-1-1"
)

# Paths to leave out, by position: the stage has its own water, snow, rails and sky.
BACKGROUND = {
    "bullet-train": (6,),
    "canoe": (3,),
    "couch-and-lamp": (3, 4),
    "fireworks": (0,),
    "house": (4,),
    "motor-boat": (5,),
    "person-rowing-boat": (14, 16),
    "person-swimming": (0, 2),
    "sailboat": (3,),
    "snowboarder": (0,),
    "sparkler": (0,),
    "speedboat": (5,),
    "teacher": (0, 1, 2),
    "tent": (0,),
    "tram-car": (0, 7),
}

# Trousers and shoes for people drawn as busts.
BUSTS = {
    "artist": ("#533566", "#212121"),
    "astronaut": ("#d3d3d3", "#9b9b9b"),
    "construction-worker": ("#3f5fff", "#7d4533"),
    "cook": ("#9b9b9b", "#321b41"),
    "detective": ("#433b6b", "#212121"),
    "farmer": ("#0074ba", "#7d4533"),
    "firefighter": ("#ca0b4a", "#212121"),
    "guard": ("#321b41", "#212121"),
    "health-worker": ("#26c9fc", "#f4f4f4"),
    "mechanic": ("#0074ba", "#212121"),
    "ninja": ("#321b41", "#533566"),
    "person-elf": ("#7d4533", "#44911b"),
    "person-juggling": ("#8d65c5", "#212121"),
    "person-mage": ("#0074ba", "#533566"),
    "person-vampire": ("#321b41", "#212121"),
    "person-with-crown": ("#d3883e", "#7d4533"),
    "person-zombie": ("#433b6b", "#636363"),
    "pilot": ("#321b41", "#212121"),
    "police-officer": ("#0084ce", "#212121"),
    "prince": ("#f4f4f4", "#7d4533"),
    "princess": ("#8d65c5", "#ca0b4a"),
    "scientist": ("#9b9b9b", "#533566"),
    "student": ("#433b6b", "#7d4533"),
    "teacher": ("#6d4534", "#212121"),
    "woman-mage": ("#0074ba", "#533566"),
}

# Shirt, trousers, shoes, hands for people drawn as faces, who get a child's body.
CHILDREN = {
    "alien": ("#d3d3d3", "#9b9b9b", "#636363", "#86d72f"),
    "baby": ("#a6ddf5", "#a6ddf5", "#a6ddf5", "#ffc83d"),
    "boy": ("#0084ce", "#433b6b", "#ca0b4a", "#ffc83d"),
    "child": ("#00a86b", "#0074ba", "#7d4533", "#ffc83d"),
    "clown-face": ("#fcd53f", "#3f5fff", "#f8312f", "#f4f4f4"),
    "girl": ("#ff6dc6", "#8d65c5", "#f8312f", "#ffc83d"),
    "ogre": ("#533566", "#321b41", "#fcd53f", "#ca0b4a"),
    "old-man": ("#7d8b6a", "#636363", "#6d4534", "#ffc83d"),
    "old-woman": ("#8d65c5", "#533566", "#6d4534", "#ffc83d"),
    "santa-claus": ("#f8312f", "#ca0b4a", "#212121", "#f4f4f4"),
}

# Coat, shaded coat, legs, tail for animals drawn as faces.
FACES = {
    "bear": ("#a56953", "#8c5543", "#a56953", "stub"),
    "fox": ("#ff822d", "#d3622a", "#6d4534", "bush"),
    "hamster": ("#f3ad61", "#d3883e", "#f3ad61", "stub"),
    "koala": ("#9b9b9b", "#7c7c7c", "#9b9b9b", "none"),
    "lion": ("#ffb02e", "#e09a20", "#ffb02e", "tuft"),
    "panda": ("#f4f4f4", "#433b6b", "#433b6b", "stub"),
    "polar-bear": ("#f4f4f4", "#d3d3d3", "#f4f4f4", "stub"),
    "raccoon": ("#9b9b9b", "#636363", "#636363", "ring"),
    "wolf": ("#9b9b9b", "#7c7c7c", "#9b9b9b", "bush"),
}

UNICORN_COAT = {
    "#a56953": "#f4e8ff",
    "#6d4534": "#e6dcf4",
    "#212121": "#ff6dc6",
    "#1c1c1c": "#ff6dc6",
}


def without_background(name: str, body: str) -> str:
    """Drop an icon's background, and an emblem that is not ours to show."""
    dropped = BACKGROUND.get(name, ())
    paths = re.findall(r"<path[^>]*/>", body)
    for path in [paths[i] for i in dropped]:
        body = body.replace(path, "", 1)
    return body.replace(EMBLEM, "")


def placed(body: str, x: float, y: float, scale: float) -> str:
    """Put an icon's body somewhere, at some size."""
    return f'<g transform="translate({x} {y}) scale({scale})">{body}</g>'


def block(x: float, y: float, width: float, height: float, radius: float, fill: str) -> str:
    """Draw a rounded rectangle."""
    size = f'width="{width}" height="{height}" rx="{radius}"'
    return f'<rect x="{x}" y="{y}" {size} fill="{fill}"/>'


def shape(path: str, fill: str) -> str:
    """Draw a filled path."""
    return f'<path fill="{fill}" d="{path}"/>'


def standing(bust: str, trousers: str, shoes: str) -> str:
    """Give a bust legs to walk on."""
    legs = block(10.9, 18, 4.4, 11, 1.2, trousers) + block(16.7, 18, 4.4, 11, 1.2, trousers)
    feet = block(10.2, 27.6, 5.1, 2.6, 1.2, shoes) + block(16.7, 27.6, 5.1, 2.6, 1.2, shoes)
    return legs + feet + placed(bust, 4.8, -0.9, 0.7)


def child(face: str, shirt: str, trousers: str, shoes: str, hands: str) -> str:
    """Put a face on a small body that walks."""
    legs = block(11.4, 23, 4, 7, 1, trousers) + block(16.6, 23, 4, 7, 1, trousers)
    feet = block(10.6, 28.2, 4.8, 2.6, 1.3, shoes) + block(16.6, 28.2, 4.8, 2.6, 1.3, shoes)
    palms = block(8.4, 23, 2.8, 3, 1.4, hands) + block(20.8, 23, 2.8, 3, 1.4, hands)
    arms = block(8.4, 17.6, 2.8, 6.4, 1.4, shirt) + block(20.8, 17.6, 2.8, 6.4, 1.4, shirt)
    chest = block(10.6, 16.6, 10.8, 9, 2.6, shirt)
    return legs + feet + palms + arms + chest + placed(face, 6.4, -0.4, 0.6)


def tail(kind: str, coat: str, shade: str) -> str:
    """Draw a tail behind a beast that looks left."""
    brush = "M25 18C27 16 27 9 31 7C34 12 33 20 27 22Z"
    if kind == "bush":
        tip = "M29.4 8.3L31 7C32 8.7 32.5 10.4 32.5 12.2L28.3 11.3C28.6 10.2 28.9 9.2 29.4 8.3Z"
        return shape(brush, shade) + shape(tip, "#f4f4f4")
    if kind == "ring":
        rings = "M28 12.2L32.6 13.2L32.2 15.2L27.5 14.3ZM27 16.4L31.6 17.2L30.3 19.2L26.3 18.2Z"
        return shape(brush, coat) + shape(rings, shade)
    if kind == "tuft":
        curl = "M26 15.5C30 16 31 13 30 9.5L31.4 9C33 14 31 18.5 26 18Z"
        return shape(curl, coat) + shape(
            "M31 10.5C28.5 9.5 28.5 6.5 31 4.5C33 6.5 33 9.5 31 10.5Z", "#6d4534"
        )
    return shape("M27 15a2.2 2.2 0 1 1 2.6 3.4Z", shade) if kind == "stub" else ""


def beast(face: str, coat: str, shade: str, legs: str, tail_kind: str) -> str:
    """Put a face on a four-legged body that walks to the left."""
    far = block(14.2, 20, 3.6, 9.4, 1.4, shade) + block(19.4, 20, 3.6, 9.4, 1.4, shade)
    near = block(9.8, 20, 4, 10, 1.6, legs) + block(23.6, 20, 4, 10, 1.6, legs)
    body = block(8.6, 11.6, 19.6, 12.6, 6, coat)
    return tail(tail_kind, coat, shade) + far + near + body + placed(face, -0.6, 0.4, 0.6)


def frog(face: str) -> str:
    """Sit a frog's face on haunches."""
    haunch, shade, foot = "#00d26a", "#00b05a", "#44911b"
    thighs = "M3 25a5.5 5.5 0 0 1 11 0v3.4H3ZM18 25a5.5 5.5 0 0 1 11 0v3.4H18Z"
    feet = block(2, 27.4, 11, 2.6, 1.3, foot) + block(19, 27.4, 11, 2.6, 1.3, foot)
    belly = block(8, 17, 16, 12.4, 6, haunch) + block(10.5, 20, 11, 9, 4.5, "#fcd53f")
    return shape(thighs, shade) + belly + feet + placed(face, 4.5, -0.4, 0.72)


def robot(head: str) -> str:
    """Give the robot's head a body."""
    metal, dark = "#cdc4d6", "#998ea4"
    legs = block(11, 24, 3.6, 5, 0.8, dark) + block(17.4, 24, 3.6, 5, 0.8, dark)
    feet = block(9.6, 28, 5.6, 2.2, 1, "#f8312f") + block(16.8, 28, 5.6, 2.2, 1, "#f8312f")
    arms = block(6.4, 18.4, 2.8, 8, 1.4, dark) + block(22.8, 18.4, 2.8, 8, 1.4, dark)
    chest = block(9.2, 17, 13.6, 8.6, 2.4, metal) + block(12, 20, 8, 3.4, 1.2, "#212121")
    lamps = block(13, 20.7, 2, 2, 1, "#00d26a") + block(17, 20.7, 2, 2, 1, "#fcd53f")
    return legs + feet + arms + chest + lamps + placed(head, 6.4, -0.6, 0.6)


def unicorn(horse: str) -> str:
    """Turn the horse white and give it a horn."""
    for old, new in UNICORN_COAT.items():
        horse = horse.replace(old, new)
    return horse + shape("M3.2 4.6L0.6 -1.6L5.6 3.2Z", "#fcd53f")


def blackbird(body: str) -> str:
    """Turn the head forward: the original looks back over its tail."""
    body = body.replace("M21 5.5C18 7 15 7 15 7l-2-3h2s3 0 6 1.5", "").replace('cx="11"', 'cx="8"')
    return shape("M-2 5.5C1 7 4 7 4 7L6 4H4S1 4 -2 5.5Z", "#b4acbc") + body


def crocodile() -> str:
    """Draw a crocodile that looks left."""
    green, dark = "#00d26a", "#008463"
    tail_ = shape("M22 17C27 17 29 15 31 10C33 18 30 25 22 25Z", green)
    scutes = shape("M12 17l1.8-3l1.8 3l1.8-3l1.8 3l1.8-3l1.8 3l1.8-2.6l1.6 2.6Z", dark)
    far = block(14.5, 22, 3, 6.4, 1.2, dark) + block(20.5, 22, 3, 6.4, 1.2, dark)
    near = block(11, 22, 3.4, 7, 1.4, green) + block(23.4, 22, 3.4, 7, 1.4, green)
    body = block(9, 16.6, 17.4, 8.6, 4, green) + block(-1, 18, 13, 5.4, 2.4, green)
    teeth = shape("M0.6 21.4l.8 1.4l.8-1.4l.8 1.4l.8-1.4l.8 1.4l.8-1.4l.8 1.4l.8-1.4Z", "#fff")
    eye = block(7.4, 15.6, 4, 4, 2, green) + block(8.3, 16.5, 1.8, 1.8, 0.9, "#1c1c1c")
    return tail_ + scutes + far + near + body + block(0, 20.8, 8, 0.7, 0.3, dark) + teeth + eye


def rainbow() -> str:
    """Draw a whole arch instead of half of one."""
    colours = ("#f8312f", "#ffb02e", "#fff478", "#00d26a", "#3f5fff", "#8d65c5")
    arcs = [
        f'<path stroke="{colour}" stroke-width="1.55" d="M{16 - r} 24a{r} {r} 0 0 1 {2 * r} 0"/>'
        for colour, r in zip(colours, (15, 13.5, 12, 10.5, 9, 7.5), strict=True)
    ]
    return f'<g fill="none">{"".join(arcs)}</g>'


def composed(name: str, icons: dict[str, dict[str, str]]) -> str:
    """Draw an icon of ours, named ``*-whole``, around the original's art."""
    base = name.removesuffix("-whole")
    own = {"crocodile": crocodile, "rainbow": rainbow}
    if base in own:
        return own[base]()
    if base in BUSTS:
        return standing(without_background(base, icons[base]["body"]), *BUSTS[base])
    if base in CHILDREN:
        return child(icons[base]["body"], *CHILDREN[base])
    if base in FACES:
        return beast(icons[base]["body"], *FACES[base])
    if base == "unicorn":
        return unicorn(icons["horse"]["body"])
    own_parts = {"blackbird": blackbird, "frog": frog, "robot": robot}
    return own_parts[base](icons[base]["body"])


def body_of(name: str, icons: dict[str, dict[str, str]]) -> str:
    """Return the SVG body that the world uses under a name."""
    if name.endswith("-whole"):
        return composed(name, icons)
    return without_background(name, icons[name]["body"])


def main() -> None:
    """Write ``art.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("icons", type=Path, help="icons.json of the package")
    icons = json.loads(parser.parse_args().icons.read_text())["icons"]
    with (DATA / "subjects.csv").open(newline="") as table:
        named = {row["icon"] for row in csv.DictReader(table)}
    names = sorted(named - json.loads((DATA / "drawn.json").read_text())["icons"].keys())
    art = {
        "source": "https://github.com/microsoft/fluentui-emoji",
        "package": "@iconify-json/fluent-emoji-flat",
        "version": "1.2.6",
        "licence": "MIT",
        "copyright": "Copyright (c) Microsoft Corporation",
        "changes": "parts left out, and icons named *-whole composed, by scripts/vendor_art.py",
        "icons": {name: body_of(name, icons) for name in names},
    }
    (DATA / "art.json").write_text(json.dumps(art, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
