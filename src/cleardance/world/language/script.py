"""What the reader writes: shots, their actors, what those do; and whom it is speaking of."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from cleardance.world.language.drafts import ActorDraft, ShotDraft
from cleardance.world.language.lexicon import Glue, Link, Noun, Setting, Verb
from cleardance.world.language.matching import Hit
from cleardance.world.scene import MAX_ACTORS, Action, Camera, Colour, Heading, Relation, Size
from cleardance.world.vocabulary import Kind, subjects

TRANSITIVE = frozenset(
    {Action.FLY, Action.DRIVE, Action.ROLL, Action.BOUNCE, Action.SPIN, Action.FALL, Action.HOVER}
)
SHARED = frozenset({Action.WALK, Action.RUN})


@dataclass
class NounPhrase:
    """What stands before a noun, waiting for it. Positions are kept to be given back."""

    determiner: Glue | None = None
    count: tuple[int, range] | None = None
    colour: tuple[Colour, range] | None = None
    size: tuple[Size, range] | None = None
    verb: tuple[Verb, range] | None = None
    heading: tuple[Heading, range] | None = None
    unknown: bool = False
    governed: bool = False  # by a preposition or a relation

    @property
    def open(self) -> bool:
        """Whether a noun must follow."""
        return self.determiner is not None or self.modified

    @property
    def modified(self) -> bool:
        """Whether an adjective or a number waits for its noun."""
        return bool(self.count or self.colour or self.size)

    def positions(self) -> Iterable[int]:
        """Yield the positions of the words that are lost if no noun comes."""
        for part in (self.count, self.colour, self.size, self.verb, self.heading):
            if part is not None:
                yield from part[1]


@dataclass
class Script:
    """Everything read so far. Methods name the words they cannot use in ``ignored``."""

    rng: np.random.Generator
    limit: int  # of shots
    shots: list[ShotDraft] = field(default_factory=lambda: [ShotDraft()])
    ignored: set[int] = field(default_factory=set)  # positions of words
    subject: list[ActorDraft] = field(default_factory=list)  # who the sentence is about
    near: list[ActorDraft] = field(default_factory=list)  # the last noun
    left: list[ActorDraft] = field(default_factory=list)  # whom the shot before was about
    linked: list[ActorDraft] = field(default_factory=list)  # who waits for an object
    acted: list[ActorDraft] = field(default_factory=list)  # by the verb just read
    then: bool = False
    full: bool = False  # no shot is left for what follows

    @property
    def shot(self) -> ShotDraft:
        """The shot being told."""
        return self.shots[-1]

    def known(self, noun: Noun, phrase: NounPhrase) -> list[ActorDraft]:
        """Return the actors that "the fox" speaks of again."""
        if phrase.determiner is not Glue.THE:
            return []
        same = [a for a in self.shot.actors if a.subject == noun.subject]
        if phrase.colour and any(a.colour is not None for a in same):
            same = [a for a in same if a.colour == phrase.colour[0]]
        return same if noun.plural else same[:1]

    def group(self, noun: Noun, phrase: NounPhrase, hit: Hit) -> list[ActorDraft]:
        """Return the actors a noun stands for: old acquaintances, or as many as fit."""
        group = self.known(noun, phrase)
        if not group:
            self.make_room(phrase.count[0] if phrase.count else 1 + noun.plural)
            wanted = self.number(noun, phrase, hit)
            group = [self.introduce(noun, phrase) for _ in range(min(wanted, self.shot.room))]
            for extra in group[2:]:
                extra.spare = phrase.count is None
            self.shot.actors += group
        if not group:
            self.ignored.update(hit.span)
            self.ignored.update(phrase.positions())
            return []
        self.adorn(group, phrase)
        return group

    def make_room(self, count: int) -> None:
        """Let spare actors go until ``count`` more fit, and speak of them no more."""
        self.shot.make_room(count)
        for group in (self.subject, self.near, self.linked, self.acted):
            group[:] = [actor for actor in group if actor in self.shot.actors]

    def introduce(self, noun: Noun, phrase: NounPhrase) -> ActorDraft:
        """Return a new actor; "the fox" of an earlier shot keeps its looks."""
        before = self.shots[-2].actors if len(self.shots) > 1 else []
        for old in before:
            if old.subject == noun.subject and phrase.determiner is Glue.THE:
                return ActorDraft(noun.subject, size=old.size, colour=old.colour)
        return ActorDraft(noun.subject)

    def number(self, noun: Noun, phrase: NounPhrase, hit: Hit) -> int:
        """Return how many actors a noun asks for; a number too many is named."""
        if phrase.count is not None:
            number, span = phrase.count
            if number > self.shot.room:
                self.ignored.update(span)
            return min(number, MAX_ACTORS)
        if not noun.plural:
            return 1
        if self.shot.room < 2:
            self.ignored.update(hit.span)
        return int(self.rng.integers(2, MAX_ACTORS + 1))

    def adorn(self, group: list[ActorDraft], phrase: NounPhrase) -> None:
        """Give a group its adjectives; what contradicts earlier ones is named."""
        for actor in group:
            if phrase.colour and actor.colour not in (None, phrase.colour[0]):
                self.ignored.update(phrase.colour[1])
            elif phrase.colour:
                actor.colour = phrase.colour[0]
            if phrase.size and actor.size not in (None, phrase.size[0]):
                self.ignored.update(phrase.size[1])
            elif phrase.size:
                actor.size = phrase.size[0]
            if phrase.heading:
                actor.heading = actor.heading or phrase.heading[0]
        if phrase.verb is not None:
            self.act(group, *phrase.verb)

    def resume(self, glue: Glue) -> None:
        """Bring the actors a pronoun means over from the shot before, into an empty one."""
        if self.shot.actors or len(self.shots) < 2:
            return
        old = self.shots[-2].actors
        meant = old if glue is Glue.THEY else [a for a in self.left if a in old][:1] or old[:1]
        copies = [ActorDraft(a.subject, size=a.size, colour=a.colour) for a in meant]
        self.shot.actors += copies
        self.shot.continues = True
        self.subject = list(copies)

    def act(self, group: list[ActorDraft], verb: Verb, span: range) -> None:
        """Give a group its action; after "then" a second one begins a new shot."""
        acting = self.sequel(group) if self.goes_on(group) else group
        self.then = False
        for actor in acting or ():
            if verb.action is None:
                actor.moves = actor.moves or actor.action is None
            elif not actor.busy:
                actor.action = verb.action
            elif actor.moves and actor.action is None:
                actor.action, actor.moves = verb.action, False
            elif actor.action is not verb.action:
                self.ignored.update(span)
        if not acting:
            self.ignored.update(span)

    def goes_on(self, group: list[ActorDraft]) -> bool:
        """Whether what is said next of a group comes after what it does already."""
        return self.then and any(actor.busy or actor.relation for actor in group)

    def sequel(self, group: list[ActorDraft]) -> list[ActorDraft] | None:
        """Begin a shot with the same actors and return ``group``'s counterparts, free to act.

        None if no shot is left.
        """
        self.then = False
        if len(self.shots) >= self.limit:
            return None
        shot, copies = self.shot.sequel()
        self.shots.append(shot)
        self.subject, self.near, self.linked = (
            [copies[id(a)] for a in mentioned if id(a) in copies]
            for mentioned in (self.subject, self.near, self.linked)
        )
        counterparts = [copies[id(a)] for a in group if id(a) in copies]
        for actor in counterparts:
            actor.action, actor.moves, actor.relation, actor.target = None, False, None, None
        return counterparts

    def cut(self) -> None:
        """Begin a shot without actors; if none is left, all that follows is lost."""
        self.then = False
        self.full = len(self.shots) >= self.limit
        if not self.full:
            self.shots.append(ShotDraft())
            self.left = self.subject or self.near or self.left
            self.subject, self.near, self.linked, self.acted = [], [], [], []

    def object(self, group: list[ActorDraft]) -> None:
        """A verb was followed by its object: "drives a car", "flies a kite", "walks a dog"."""
        for actor in self.acted:
            if actor.action in SHARED:
                for thing in group:
                    thing.action = thing.action or actor.action
                continue
            action, actor.action = actor.action, None
            for thing in group:
                thing.action = thing.action or action
            if not group or actor in group:
                continue
            if subjects()[group[0].subject].kind is Kind.VEHICLE:
                relate(actor, Relation.ON, group[0])

    def relate_all(self, link: Link, objects: list[ActorDraft], span: range) -> None:
        """Relate those who wait for an object to the first of these, or these to the first of them.

        What is ridden moves.
        """
        pairs = [(actor, objects[0]) for actor in self.linked] if objects else []
        if link.passive and self.linked:
            pairs = [(actor, self.linked[0]) for actor in objects]
        for actor, target in pairs:
            if not relate(actor, link.relation, target):
                self.ignored.update(span)
            elif link.rides:
                target.moves = target.moves or target.action is None
        if not pairs:
            self.ignored.update(span)

    def head(self, group: list[ActorDraft], heading: Heading, span: range) -> None:
        """Turn a group, unless it already goes the other way."""
        for actor in group:
            if actor.heading not in (None, heading):
                self.ignored.update(span)
            actor.heading = actor.heading or heading

    def set_up(self, setting: Setting, span: range) -> None:
        """Set the shot's place, time and weather where they are still open."""
        clash = False
        for name in ("place", "time", "weather"):
            value = getattr(setting, name)
            if value is not None and getattr(self.shot, name) is None:
                setattr(self.shot, name, value)
            clash = clash or (value is not None and getattr(self.shot, name) is not value)
        if clash:
            self.ignored.update(span)

    def film(self, camera: Camera, span: range) -> None:
        """Set the camera, if it is still open."""
        if self.shot.camera not in (None, camera):
            self.ignored.update(span)
        self.shot.camera = self.shot.camera or camera


def relate(actor: ActorDraft, relation: Relation, target: ActorDraft) -> bool:
    """Relate two actors, if the first has no relation yet and no circle comes of it."""
    if actor.relation is not None:
        return actor.relation is relation and actor.target is target
    if target.leads_to(actor):
        return False
    actor.relation, actor.target = relation, target
    return True
