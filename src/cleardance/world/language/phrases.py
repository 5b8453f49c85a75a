"""The words of the world as data: what people call its places, times, weathers, actions.

Alternatives are separated by ``|``. Every phrase is lower case; ``lexicon`` turns them into a
table of senses. A verb is written ``base`` when it inflects regularly, otherwise
``base/third person/past/-ing`` and further forms.
"""

from cleardance.world.scene import (
    Action,
    Camera,
    Colour,
    Heading,
    Place,
    Relation,
    Size,
    TimeOfDay,
    Weather,
)

PLACES: dict[Place, str] = {
    Place.MEADOW: "meadow|meadows|field|fields|grass|lawn|grassland|grasslands|prairie|park|garden"
    "|countryside|hill|hills|hillside|backyard|savanna|savannah|grassy field|green field|plains"
    "|field of flowers|flower field|playground",
    Place.FOREST: "forest|forests|woods|woodland|woodlands|jungle|rainforest|rain forest|grove"
    "|among the trees|through the trees|between the trees|forest path|forest floor",
    Place.BEACH: "beach|beaches|shore|seashore|coast|sandy beach|seaside|shoreline|coastline"
    "|lakeside|riverbank|waterside",
    Place.SEA: "sea|seas|ocean|oceans|at sea|open sea|open water|high seas|wave|waves|bay",
    Place.LAKE: "lake|lakes|pond|river|stream|pool|swimming pool|lagoon|creek|water|harbor|harbour",
    Place.UNDERWATER: "underwater|under water|under the water|under the sea|under the ocean"
    "|beneath the sea|beneath the ocean|beneath the waves|below the waves|below the surface"
    "|coral reef|reef|seabed|sea bed|ocean floor|sea floor|bottom of the sea|bottom of the ocean"
    "|deep sea|deep ocean|aquarium|fish tank|underwater world",
    Place.DESERT: "desert|deserts|dune|dunes|sand dune|sand dunes|sahara|wasteland",
    Place.MOUNTAINS: "mountain|mountains|mountain range|mountain peak|mountain peaks|mountainside"
    "|mountain top|mountaintop|peak|peaks|alps|cliff|cliffs|canyon|valley|rocky hills",
    Place.CITY: "city|cities|town|downtown|street|streets|city street|city streets|sidewalk"
    "|pavement|skyline|city skyline|cityscape|urban|alley|plaza|metropolis|village",
    Place.FARM: "farm|farms|barnyard|farmyard|ranch|paddock|pasture|orchard|farmland|cornfield"
    "|wheat field",
    Place.ROAD: "road|roads|highway|motorway|freeway|country road|lane|race track|racetrack|tarmac",
    Place.SNOWFIELD: "snowfield|snow field|snowy field|snowy fields|field of snow|snowy landscape"
    "|snowy plain|snowy plains|snowy meadow|snowy hill|snowy hills|snowy ground|snow covered field"
    "|snow covered ground|tundra|arctic|antarctica|north pole|south pole|ice field|glacier"
    "|ski slope|in the snow|across the snow|through the snow|over the snow|in deep snow"
    "|through deep snow|on the snow",
    Place.SPACE: "space|outer space|deep space|cosmos|universe|galaxy|orbit|among the stars"
    "|through the stars|zero gravity",
    Place.ROOM: "room|living room|bedroom|kitchen|office|apartment|indoors|at home|wooden floor"
    "|classroom|hallway",
    Place.SKY: "sky|skies|air|midair|mid air|above the clouds|through the clouds|in the clouds"
    "|among the clouds|between the clouds",
}

_WATERSIDE = ("by", "near", "beside", "next to", "along", "at the edge of", "on the shore of")
_WATERS = "sea|ocean|lake|river|pond|water|stream|lagoon"
SHORES = "|".join(
    f"{where} {article} {water}"
    for where in _WATERSIDE
    for article in ("a", "the")
    for water in _WATERS.split("|")
)
"""Dry places named after the water they are beside: all are a BEACH."""

TIMES: dict[TimeOfDay, str] = {
    TimeOfDay.DAY: "day|daytime|daylight|noon|midday|afternoon|morning|by day|broad daylight",
    TimeOfDay.DUSK: "dusk|sunset|sunsets|sundown|golden hour|magic hour|evening|twilight|sun sets"
    "|setting sun|sun is setting|sun goes down|nightfall",
    TimeOfDay.NIGHT: "night|nights|midnight|night time|nighttime|moonlight|moonlit|starlight"
    "|starlit|under the stars|under the moon|under a full moon|night sky|starry night|starry sky"
    "|in the dark|darkness|nocturnal",
    TimeOfDay.DAWN: "dawn|sunrise|daybreak|early morning|sun rises|rising sun|sun is rising"
    "|sun comes up|first light",
}

WEATHERS: dict[Weather, str] = {
    Weather.CLEAR: "sunny|clear sky|clear skies|clear blue sky|blue sky|blue skies|cloudless"
    "|cloudless sky|sunshine|sunlight|sun shines|sun is shining|in the sun|under the sun"
    "|clear weather|good weather|fine weather",
    Weather.RAIN: "rain|rains|rained|raining|rainy|rainfall|rainstorm|drizzle|drizzling|downpour"
    "|storm|stormy|thunderstorm|rain falls|rain is falling|falling rain|rain falling|rain pours"
    "|pouring rain|it rains|it is raining|it s raining|it is pouring",
    Weather.SNOW: "snow|snows|snowed|snowing|snowy|snowfall|snowstorm|blizzard|snow falls"
    "|snow is falling|falling snow|snow falling|it snows|it is snowing|it s snowing",
    Weather.FOG: "fog|foggy|mist|misty|haze|hazy",
    Weather.WIND: "wind|winds|windy|breeze|breezy|gust|gusts|gusty|gale|wind blows|winds blow"
    "|wind is blowing|wind blowing|blowing wind|wind howls|wind howling|blowing in the wind"
    "|sandstorm|gust of wind|gusts of wind",
}

_IN_SKY = ("in", "across", "through")
_SKIES: tuple[tuple[str, TimeOfDay | None, Weather | None], ...] = (
    ("clear sky|clear blue sky|blue sky|cloudless sky|sunny sky", None, Weather.CLEAR),
    ("rainy sky|stormy sky", None, Weather.RAIN),
    ("night sky|starry sky", TimeOfDay.NIGHT, None),
    ("evening sky|sunset sky", TimeOfDay.DUSK, None),
)
SKIES: dict[str, tuple[TimeOfDay | None, Weather | None]] = {
    f"{preposition} {article} {name}": (time, weather)
    for names, time, weather in _SKIES
    for name in names.split("|")
    for preposition in _IN_SKY
    for article in ("a", "the")
}
"""Phrases that say the place SKY and its time or weather at once."""

ACTIONS: dict[Action, str] = {
    Action.STAND: "stand/stands/stood/standing|sit/sits/sat/sitting|rest|wait|stay|pose|perch"
    "|stand/stands/stood/standing still|stay still|lie/lies/lay/lying|remain"
    "|sit/sits/sat/sitting still|stop|halt|hang/hangs/hung/hanging|parked/parked/parked/parked",
    Action.RUN: "run/runs/ran/running|sprint|gallop|race|dash|jog|trot|rush|scamper|scurry|bolt"
    "|canter|hurry|run/runs/ran/running away|run/runs/ran/running around|flee/flees/fled/fleeing"
    "|speed/speeds/sped/speeding|run/runs/ran/running off",
    Action.WALK: "walk|stroll|wander|march|stride/strides/strode/striding|hike|waddle|prowl"
    "|crawl|creep/creeps/crept/creeping|roam|saunter|strut|slither|amble|walk around|walk away",
    Action.JUMP: "jump|leap/leaps/leapt/leaping/leaped|hop|pounce|skip|jump up and down|jump up"
    "|jump around|hop around",
    Action.BOUNCE: "bounce|bounce up and down|bounce around",
    Action.ROLL: "roll|tumble|roll over|roll around",
    Action.FLY: "fly/flies/flew/flying/flown|soar|glide|flutter|swoop|fly/flies/flew/flying away"
    "|fly/flies/flew/flying around|fly/flies/flew/flying off|flap|flap its wings|flap their wings",
    Action.HOVER: "hover",
    Action.SWIM: "swim/swims/swam/swimming/swum|paddle|dive/dives/dived/diving/dove"
    "|swim/swims/swam/swimming around|swim/swims/swam/swimming away",
    Action.FALL: "fall/falls/fell/falling/fallen|drop|plunge|plummet|descend"
    "|fall/falls/fell/falling down",
    Action.SPIN: "spin/spins/spun/spinning|rotate|twirl|whirl|revolve"
    "|spin/spins/spun/spinning around"
    "|turn around|pirouette",
    Action.GROW: "grow/grows/grew/growing/grown|expand|inflate|grow/grows/grew/growing bigger"
    "|grow/grows/grew/growing bigger and bigger"
    "|grow/grows/grew/growing larger|get/gets/got/getting bigger|get/gets/got/getting larger"
    "|become/becomes/became/becoming bigger",
    Action.SHRINK: "shrink/shrinks/shrank/shrinking/shrunk|deflate|get/gets/got/getting smaller"
    "|become/becomes/became/becoming smaller",
    Action.DRIVE: "drive/drives/drove/driving/driven|cruise|sail|surf|steer"
    "|drive/drives/drove/driving away"
    "|drive/drives/drove/driving off|sail away",
    Action.BLAST_OFF: "blast off|take/takes/took/taking off|lift off|launch",
    Action.FLOAT: "float|drift|levitate|bob|bob up and down|float around|float away",
}

MOVES = (
    "move|go/goes/went/going|travel|pass|cross|head|come/comes/came/coming|move around"
    "|go/goes/went/going away|pass by|approach"
)
"""Verbs that say movement but not which: it depends on the subject's body."""

SUBJECT_VERBS: dict[Relation, str] = {
    Relation.CHASES: "chase|chase after|run/runs/ran/running after|pursue|hunt"
    "|go/goes/went/going after",
    Relation.FOLLOWS: "follow|trail|walk behind|run/runs/ran/running behind|tag along with"
    "|swim/swims/swam/swimming behind|fly/flies/flew/flying behind",
    Relation.ON: "ride/rides/rode/riding/ridden|ride/rides/rode/riding on"
    "|ride/rides/rode/riding on top of",
}
"""Verbs that need an object among the actors. The past followed by "by" is the passive."""

PREPOSITIONS: dict[Relation, str] = {
    Relation.NEXT_TO: "next to|beside|alongside|near|close to|along with|together with|with"
    "|by|at the side of|accompanied by",
    Relation.ON: "on|on top of|atop|onto|upon|on the back of",
}

HEADINGS: dict[Heading, str] = {
    Heading.LEFT: "left|to the left|leftward|leftwards|towards the left|toward the left"
    "|from right to left|right to left|from the right to the left|from the right|facing left"
    "|facing the left|faces left|heading left|turns left|turning left|looking left|looks left"
    "|looking to the left|facing to the left|heading to the left",
    Heading.RIGHT: "right|to the right|rightward|rightwards|towards the right|toward the right"
    "|from left to right|left to right|from the left to the right|from the left|facing right"
    "|facing the right|faces right|heading right|turns right|turning right|looking right"
    "|looks right|looking to the right|facing to the right|heading to the right",
}

_PAN = "pan/pans/panned/panning"
CAMERAS: dict[Camera, str] = {
    Camera.STATIC: "static shot|still frame|in a still frame|static camera|fixed camera"
    "|still camera|locked camera|camera is still"
    "|camera is static|camera stays still|camera does not move|stationary camera|fixed shot"
    "|camera holds still|tripod shot",
    Camera.PAN_LEFT: f"{_PAN} left|{_PAN} to the left|{_PAN} leftwards|{_PAN} from right to left",
    Camera.PAN_RIGHT: f"{_PAN} right|{_PAN} to the right|{_PAN} rightwards"
    f"|{_PAN} from left to right|{_PAN}|panning shot",
    Camera.TILT_UP: "tilt up|tilt upward|tilt upwards|camera rises|crane up|crane shot",
    Camera.TILT_DOWN: "tilt down|tilt downward|tilt downwards|aerial tilt|tilt|camera descends"
    "|crane down",
    Camera.ZOOM_IN: "zoom in|zoom in on|zoom|zoom closer|dolly in|push in|push in on"
    "|camera moves in|camera moves closer|camera approaches|camera gets closer"
    "|camera moves forward",
    Camera.ZOOM_OUT: "zoom out|zoom away|dolly out|pull back|pull out|camera moves back"
    "|camera moves away|camera backs away",
    Camera.SHAKE: "handheld|hand held|handheld camera|hand held camera|shaky cam|shaky camera"
    "|shaking camera|camera shakes|camera is shaking|camera shake|shaky|shaky footage",
    Camera.FOLLOW: "tracking shot|tracking camera|follow shot|following shot|following camera"
    "|camera tracks|camera is tracking|tracking",
}

COLOURS: dict[Colour, str] = {
    Colour.RED: "red|scarlet|crimson",
    Colour.ORANGE: "orange",
    Colour.YELLOW: "yellow",
    Colour.GREEN: "green|emerald",
    Colour.BLUE: "blue|navy|azure",
    Colour.PURPLE: "purple|violet",
    Colour.PINK: "pink|magenta",
    Colour.BROWN: "brown",
    Colour.BLACK: "black",
    Colour.WHITE: "white",
    Colour.GREY: "grey|gray|silver",
    Colour.GOLDEN: "golden|gold",
}

SIZES: dict[Size, str] = {
    Size.TINY: "tiny|teeny|miniature|minuscule|very small|tiny little",
    Size.SMALL: "small|little",
    Size.NORMAL: "normal sized|medium sized|medium",
    Size.BIG: "big|large",
    Size.HUGE: "huge|giant|gigantic|enormous|massive|colossal|very big|very large|gargantuan",
}

COUNTS: dict[int, str] = {
    1: "one|1|single|a single|only one|lone",
    2: "two|2|pair|pair of|couple of|duo of|two of",
    3: "three|3|trio of|several|a few|few|group of|flock of|herd of|school of|pack of|swarm of"
    "|pod of|family of",
    4: "four|4|quartet of|many|lots of|a lot of|hundreds of|thousands of|dozens of|crowd of",
    5: "five|5",
    6: "six|6",
    7: "seven|7",
    8: "eight|8",
    9: "nine|9",
    10: "ten|10",
    12: "twelve|12|dozen|dozen of",
    20: "twenty|20",
    100: "hundred|100|thousand|1000",
}

_CHORUS = (
    "birds chirp|birds chirping|birds sing|birds singing|crickets chirp|crickets chirping"
    "|leaves rustle|leaves rustling|the leaves rustle"
)
_LEADS = ("while", "with", "as", "and", "to", "hear")
SOUNDS = "|".join(f"{lead} {sound}" for lead in _LEADS for sound in _CHORUS.split("|")) + (
    "|sound|sounds|audio|noise|noises|sound of birds|sound of waves|sound of wind|sound of the wind"
    "|sound of rain|sound of an engine|sound of footsteps|sounds of nature|nature sounds"
    "|bird song|birdsong"
    "|engine|engines|engine sound|engine noise|engine roars|engine roaring|engine hums|footsteps"
    "|hoofbeats|waves crashing|crashing waves|waves lapping|splash|splashes|splashing|whoosh"
    "|barks|barking|meows|meowing|moos|mooing|neighs|neighing|roars|roaring|honks|honking|quacks"
    "|quacking|chirps|chirping|tweets|tweeting|croaks|croaking|buzzes|buzzing|growls|growling"
    "|howls|howling|squeaks|squeaking|bleats|bleating|clucks|clucking|crowing|oinks|oinking"
    "|hisses|hissing|rumbles|rumbling|hums|humming|rings|ringing|beeps|beeping|wind sound"
    "|wind noise|rain sounds"
)
"""What is heard anyway when it is seen: understood, and nothing to add."""
