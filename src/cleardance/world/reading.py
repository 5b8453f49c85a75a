"""A prompt to a scene: one pass over its phrases, each handled by what it means.

The reader understands subject, verb, object; adjectives before their noun and after "is"; lists;
relative clauses and participles; pronouns; passives. What it cannot use, it names.

Choices: of two verbs for one subject in a shot the first counts, unless "then" stands between
them: then the second begins a new shot in the same setting. Of two places, times, weathers or
cameras in a shot the first counts. "No rain" and "without cars" are obeyed by leaving them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from . import drafts
from .drafts import ActorDraft, ShotDraft
from .lexicon import Count, Form, Glue, Link, Noun, Sense, Setting, Verb, lexicon
from .matching import Hit, hits
from .scene import (
    MAX_ACTORS,
    Action,
    Camera,
    Colour,
    Heading,
    Relation,
    Scene,
    Size,
)
from .vocabulary import Kind, subjects
from .words import Pause, words


@dataclass(frozen=True)
class Reading:
    """What was understood, and the words that were not, in the prompt's order and spelling."""

    scene: Scene
    ignored: tuple[str, ...]


def read(prompt: str, duration_s: float, seed: int) -> Reading:
    """Return the scene a prompt asks for, in ``duration_s`` seconds.

    Never raises on any text, and takes time linear in it. ``seed`` settles what the prompt leaves
    open: the heading, how many "birds" are. Words that carry no content are not in ``ignored``.
    """
    tokens = words(prompt)
    limit = int(np.clip(duration_s / drafts.MIN_SHOT_S, 1, drafts.MAX_SHOTS))
    reader = _Reader(np.random.default_rng(seed), limit)
    heading = (Heading.LEFT, Heading.RIGHT)[int(reader.rng.integers(2))]
    reader.read(tuple(hits(tokens, lexicon())))
    scene = drafts.scene(reader.shots, duration_s, heading, seed)
    return Reading(scene, tuple(tokens[i].text for i in sorted(reader.ignored)))


_TRANSITIVE = frozenset(
    {Action.FLY, Action.DRIVE, Action.ROLL, Action.BOUNCE, Action.SPIN, Action.FALL, Action.HOVER}
)
_SHARED = frozenset({Action.WALK, Action.RUN})
_PAN = {Heading.LEFT: Camera.PAN_LEFT, Heading.RIGHT: Camera.PAN_RIGHT}


@dataclass
class _NounPhrase:
    """What stands before a noun, waiting for it. Positions are kept to be given back."""

    determiner: Glue | None = None
    count: tuple[int, range] | None = None
    colour: tuple[Colour, range] | None = None
    size: tuple[Size, range] | None = None
    verb: tuple[Verb, range] | None = None
    heading: tuple[Heading, range] | None = None
    unknown: bool = False

    @property
    def open(self) -> bool:
        return self.determiner is not None or self.modified

    @property
    def modified(self) -> bool:
        return bool(self.count or self.colour or self.size)

    def positions(self) -> Iterable[int]:
        for part in (self.count, self.colour, self.size, self.verb, self.heading):
            if part is not None:
                yield from part[1]


@dataclass
class _Reader:
    """The state of one pass. ``subject`` is who the sentence is about; ``near`` the last noun."""

    rng: np.random.Generator
    limit: int
    shots: list[ShotDraft] = field(default_factory=lambda: [ShotDraft()])
    ignored: set[int] = field(default_factory=set)
    phrase: _NounPhrase = field(default_factory=_NounPhrase)
    subject: list[ActorDraft] = field(default_factory=list)
    near: list[ActorDraft] = field(default_factory=list)
    left: list[ActorDraft] = field(default_factory=list)  # whom the shot before was about
    link: tuple[Link, range] | None = None
    linked: list[ActorDraft] = field(default_factory=list)
    acted: list[ActorDraft] = field(default_factory=list)  # by the verb just read
    preposition: range | None = None
    last: Sense | None = None  # the sense just read; None after an unknown word
    joined: bool = False  # "and" or a comma has just followed a noun
    apart: bool = True  # a clause has begun since the last noun
    copula: bool = False
    then: bool = False
    negated: bool = False
    filmed: range = range(0)  # a verb said of the camera, until it is known which way
    filming: bool = False  # the sentence is about the camera
    full: bool = False  # no shot is left for what follows

    def read(self, found: tuple[Hit, ...]) -> None:
        """Read every hit, in order."""
        for hit, following in zip(found, (*found[1:], None), strict=True):
            self._pause(hit.pause)
            sense = self._choose(hit, following)
            if self.full and not (sense is None or isinstance(sense, Glue)):
                self.ignored.update(hit.span)
            elif sense is None:
                self._unknown(hit)
            else:
                self._take(sense, hit, following)
            self.last = sense
        self._end_clause()

    @property
    def shot(self) -> ShotDraft:
        return self.shots[-1]

    def _choose(self, hit: Hit, following: Hit | None) -> Sense | None:
        """Return the sense that fits here."""
        noun = hit.first(Noun)
        if noun is None or len(hit.senses) == 1:
            return hit.senses[0] if hit.senses else None
        rest = tuple(sense for sense in hit.senses if not isinstance(sense, Noun))
        if not rest:
            number = self.phrase.count[0] if self.phrase.count else 1
            return Noun(noun.subject, number > 1)
        return noun if self._nominal(rest[0], following) else rest[0]

    def _nominal(self, other: Sense, following: Hit | None) -> bool:
        """Whether a word that is also ``other`` is a noun here."""
        if isinstance(other, Colour):
            close = following is not None and not following.pause
            heads = (Noun, Colour, Size)
            return not (close and following and any(following.first(h) for h in heads)) and not (
                close and following and (not following.senses or self.copula)
            )
        if isinstance(other, Setting):
            return self.preposition is None and not self.filming
        if other is Glue.CAMERA:
            return self.phrase.modified or self.phrase.determiner is Glue.A
        return self.phrase.open or self.link is not None or not self.subject

    def _take(self, sense: Sense, hit: Hit, following: Hit | None) -> None:
        match sense:
            case Noun():
                self._noun(sense, hit, following)
            case Verb():
                self._verb(sense, hit, following)
            case Link():
                self._relation(sense, hit)
            case Setting():
                self._setting(sense, hit)
            case Camera():
                self._camera(sense, hit)
            case Heading():
                self._turn(sense, hit)
            case Count() | Colour() | Size():
                self._modifier(sense, hit)
            case Glue():
                self._glue(sense, hit)

    # -- clauses ---------------------------------------------------------------------------------

    def _pause(self, pause: Pause) -> None:
        if pause is Pause.NONE:
            return
        listing = pause is Pause.COMMA and isinstance(self.last, Noun) and self.link is None
        adjectives = pause is Pause.COMMA and self.phrase.modified
        if adjectives:
            return
        self._end_clause()
        self.joined = listing
        if pause is Pause.STOP:
            self.filming = False

    def _end_clause(self) -> None:
        self._close_phrase()
        self._drop_link()
        self.ignored.update(self.preposition or ())  # "flies over": over what is not said
        self.preposition = None
        self.joined = False
        self.apart = True
        self.copula = self.negated = False
        self.acted = []

    def _close_phrase(self) -> None:
        """Give up waiting for a noun: after "is" the adjectives are the subject's own."""
        phrase, self.phrase = self.phrase, _NounPhrase()
        if self.copula and phrase.determiner is None and not phrase.count:
            for actor in self.subject or self.near:
                if phrase.colour and actor.colour in (None, phrase.colour[0]):
                    actor.colour, used = phrase.colour[0], phrase.colour
                    phrase.colour = None if actor is (self.subject or self.near)[-1] else used
                if phrase.size and actor.size in (None, phrase.size[0]):
                    actor.size, used_size = phrase.size[0], phrase.size
                    phrase.size = None if actor is (self.subject or self.near)[-1] else used_size
        self.ignored.update(phrase.positions())

    def _drop_link(self) -> None:
        """A relation whose object is unknown: its movement is kept, its words are named."""
        if self.link is None:
            return
        link, span = self.link
        self.link = None
        if link.form is None:
            return
        for actor in self.linked:
            actor.moves = actor.moves or not actor.busy
        if not link.rides:  # "rides along a road" needs no object
            self.ignored.update(span)

    def _glue(self, glue: Glue, hit: Hit) -> None:
        match glue:
            case Glue.A | Glue.THE | Glue.ANOTHER | Glue.SOME:
                self._close_phrase()
                self.phrase.determiner = glue
            case Glue.AND:
                self._and()
            case Glue.WHILE:
                self._end_clause()
                self.filming = False
            case Glue.THEN:
                self._end_clause()
                self.then = not self.shot.empty
            case Glue.CUT:
                self._cut(hit)
            case Glue.IT | Glue.THEY:
                self._pronoun(glue, hit)
            case Glue.EACH_OTHER:
                self._each_other(hit)
            case Glue.IS:
                self._close_phrase()
                self.copula = True
            case Glue.THAT:
                self._close_phrase()
                if self.near:
                    self.subject = self.near
            case Glue.NOT:
                self._close_phrase()
                self.negated = True
            case Glue.IN:
                self._close_phrase()
                self._drop_link()
                self.preposition = hit.span
            case Glue.OF:
                self._close_phrase()
            case Glue.CAMERA:
                self._close_phrase()
                self.filming = True
            case Glue.EMPTY:
                pass

    def _and(self) -> None:
        if self.phrase.modified:
            return  # "black and white"
        listing = isinstance(self.last, Noun) and self.link is None
        copula = self.copula
        self._end_clause()
        self.joined, self.copula = listing, copula and not listing

    def _cut(self, hit: Hit) -> None:
        self._end_clause()
        self.filming = self.then = False
        if self.shot.empty or (len(self.shots) == 1 and not self.shot.actors and _opens(hit)):
            return
        if len(self.shots) >= self.limit:
            self.full = True
            return
        self.shots.append(ShotDraft())
        self.left = self.subject or self.near or self.left
        self.subject, self.near = [], []

    def _unknown(self, hit: Hit) -> None:
        self.ignored.update(hit.span)
        self.preposition = None
        if self.phrase.open:
            self.phrase.unknown = True
        elif not self.joined:
            self._drop_link()

    # -- who -------------------------------------------------------------------------------------

    def _noun(self, noun: Noun, hit: Hit, following: Hit | None) -> None:
        if self._only_modifies(hit, following):
            same = following is not None and following.first(Noun)
            self.ignored.update(() if same and same.subject == noun.subject else hit.span)
            return
        if self.negated:
            self.phrase, self.negated, self.link = _NounPhrase(), False, None
            return
        phrase, self.phrase = self.phrase, _NounPhrase()
        if self.then and not self._known(noun, phrase):
            self._next_shot(())
        group = self._group(noun, phrase, hit)
        if self.link is not None:
            self._bind(group, hit)
        elif self.preposition is not None and (self.subject and not self.apart):
            self.ignored.update(self.preposition)
        elif self.acted and not self.apart:
            self._object(group)
        elif self.joined:
            group = self._join(group)
        elif self.apart or not self.subject:
            self.subject = group
        self.near = group
        self.preposition, self.joined, self.apart, self.copula = None, False, False, False
        self.acted = []

    def _only_modifies(self, hit: Hit, following: Hit | None) -> bool:
        """Whether the noun qualifies the next one: "the farmer's tractor", "an apple tree"."""
        if following is None or following.pause or not following.senses:
            return False
        noun = hit.first(Noun)
        head = following.first(Noun)
        if head is None or not (hit.possessive or (noun is not None and not noun.plural)):
            return False
        return len(following.senses) == 1 or hit.possessive

    def _known(self, noun: Noun, phrase: _NounPhrase) -> list[ActorDraft]:
        """Return the actors that "the fox" speaks of again."""
        if phrase.determiner is not Glue.THE:
            return []
        same = [a for a in self.shot.actors if a.subject == noun.subject]
        if phrase.colour and any(a.colour is not None for a in same):
            same = [a for a in same if a.colour == phrase.colour[0]]
        return same if noun.plural else same[:1]

    def _group(self, noun: Noun, phrase: _NounPhrase, hit: Hit) -> list[ActorDraft]:
        """Return the actors a noun stands for: old acquaintances, or as many as fit."""
        group = self._known(noun, phrase)
        if not group:
            self._make_room(phrase.count[0] if phrase.count else 1 + noun.plural)
            wanted = self._number(noun, phrase, hit)
            group = [self._introduce(noun, phrase) for _ in range(min(wanted, self.shot.room))]
            for extra in group[2:]:
                extra.spare = phrase.count is None
            self.shot.actors += group
        if not group:
            self.ignored.update(hit.span)
            self.ignored.update(phrase.positions())
            return []
        self._adorn(group, phrase)
        return group

    def _make_room(self, count: int) -> None:
        self.shot.make_room(count)
        for group in (self.subject, self.near, self.linked, self.acted):
            group[:] = [actor for actor in group if actor in self.shot.actors]

    def _introduce(self, noun: Noun, phrase: _NounPhrase) -> ActorDraft:
        """Return a new actor; "the fox" of an earlier shot keeps its looks."""
        before = self.shots[-2].actors if len(self.shots) > 1 else []
        for old in before:
            if old.subject == noun.subject and phrase.determiner is Glue.THE:
                return ActorDraft(noun.subject, size=old.size, colour=old.colour)
        return ActorDraft(noun.subject)

    def _number(self, noun: Noun, phrase: _NounPhrase, hit: Hit) -> int:
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

    def _adorn(self, group: list[ActorDraft], phrase: _NounPhrase) -> None:
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
            self._act(group, *phrase.verb)

    def _join(self, group: list[ActorDraft]) -> list[ActorDraft]:
        """Extend a list: "a cat and a dog". After an object it may begin a clause instead."""
        extended = [*self.near, *group]
        if self.near == self.subject and not any(a.busy for a in self.near):
            self.subject = extended
            return extended
        self.subject = group
        return group

    def _pronoun(self, glue: Glue, hit: Hit) -> None:
        self._close_phrase()
        self._resume(glue)
        group = self._meant(glue)
        if self.link is not None:
            self._bind(group, hit)
        elif group:
            self.subject = group
        self.near = group or self.near
        self.joined, self.apart, self.copula = False, False, hit.possessive

    def _resume(self, glue: Glue) -> None:
        """Bring the actors a pronoun means over from the shot before, into an empty one."""
        if self.shot.actors or len(self.shots) < 2:
            return
        old = self.shots[-2].actors
        meant = old if glue is Glue.THEY else [a for a in self.left if a in old][:1] or old[:1]
        copies = [ActorDraft(a.subject, size=a.size, colour=a.colour) for a in meant]
        self.shot.actors += copies
        self.shot.continues = True
        self.subject = list(copies)

    def _meant(self, glue: Glue) -> list[ActorDraft]:
        others = [a for a in self.shot.actors if self.link is None or a not in self.linked]
        if glue is Glue.THEY:
            return others
        if self.link is not None:
            return others[-1:]
        return self.subject if len(self.subject) == 1 else (self.subject or self.near)[:1]

    # -- what ------------------------------------------------------------------------------------

    def _verb(self, verb: Verb, hit: Hit, following: Hit | None) -> None:
        if verb.form is Form.FINITE and not (self.phrase.open or self.filming or self.negated):
            self._resume(Glue.IT)
        before_noun = verb.form is Form.ING and (
            self.phrase.open or (self._leads(following) and not isinstance(self.last, Noun))
        )
        if self.negated or (self.filming and not before_noun):
            self.ignored.update(() if self.negated else hit.span)
            self.negated, self.filmed = False, hit.span
            return
        if before_noun or not (self.subject or self.near):
            self._hold(verb, hit)
            return
        lost = self.phrase.unknown and self.phrase.determiner is not None
        self._close_phrase()
        self._drop_link()
        if lost:  # the subject is a word we do not know
            self.ignored.update(hit.span)
            return
        closest = verb.form is Form.ING and not self.apart and not self.copula and self.near
        group = self.near if closest else self.subject or self.near
        self._act(group, verb, hit.span)
        self.acted = group if verb.action in _TRANSITIVE | _SHARED else []
        self.preposition, self.joined, self.copula = None, False, False

    def _leads(self, following: Hit | None) -> bool:
        """Whether a noun follows at once, as in "watching flying birds"."""
        return following is not None and not following.pause and bool(following.first(Noun))

    def _hold(self, verb: Verb, hit: Hit) -> None:
        if self.phrase.unknown and verb.form is Form.FINITE:
            self.ignored.update(hit.span)
        elif self.phrase.verb is None:
            self.phrase.verb = (verb, hit.span)
        else:
            self.ignored.update(hit.span)

    def _act(self, group: list[ActorDraft], verb: Verb, span: range) -> None:
        """Give a group its action; after "then" a second one begins a new shot."""
        if self.then and any(a.busy or a.relation for a in group):
            group = self._next_shot(group)
            for actor in group:
                actor.action, actor.moves, actor.relation, actor.target = None, False, None, None
        self.then = False
        for actor in group:
            if verb.action is None:
                actor.moves = actor.moves or actor.action is None
            elif not actor.busy:
                actor.action = verb.action
            elif actor.moves and actor.action is None:
                actor.action, actor.moves = verb.action, False
            elif actor.action is not verb.action:
                self.ignored.update(span)
        if not group:
            self.ignored.update(span)

    def _next_shot(self, group: Iterable[ActorDraft]) -> list[ActorDraft]:
        """Begin the next shot with the same actors if ``group`` is some of them, else with none.

        Returns the group's counterparts; the group itself when no shot is left.
        """
        group = list(group)
        self.then = False
        if len(self.shots) >= self.limit:
            self.full = not group
            return group
        sequel, copies = self.shot.sequel()
        self.shots.append(sequel if group else ShotDraft())
        if not group:
            self.subject, self.near, self.linked, self.acted = [], [], [], []
            self.link, self.apart = None, True
            return []
        self.subject = [copies.get(id(a), a) for a in self.subject]
        self.near = [copies.get(id(a), a) for a in self.near]
        self.linked = [copies.get(id(a), a) for a in self.linked]
        return [copies[id(a)] for a in group if id(a) in copies]

    def _object(self, group: list[ActorDraft]) -> None:
        """A verb was followed by its object: "drives a car", "flies a kite", "walks a dog"."""
        for actor in self.acted:
            if actor.action in _SHARED:
                for thing in group:
                    thing.action = thing.action or actor.action
                continue
            action, actor.action = actor.action, None
            for thing in group:
                thing.action = thing.action or action
            if not group or actor in group:
                continue
            if subjects()[group[0].subject].kind is Kind.VEHICLE:
                _relate(actor, Relation.ON, group[0])

    # -- how they stand to each other ------------------------------------------------------------

    def _relation(self, link: Link, hit: Hit) -> None:
        if self.filming and link.form is not None:
            self._camera(Camera.FOLLOW, hit)
            self.joined, self.apart = False, True
            return
        self._close_phrase()
        self._drop_link()
        participle = link.form is Form.ING and not self.apart and not self.copula
        group = self.near if participle and self.near else self.subject or self.near
        if link.form is None and all(a.relation for a in group):
            group = self.near
        if link.form is not None and self.then and any(a.busy or a.relation for a in group):
            group = self._next_shot(group)
            for actor in group:
                actor.action, actor.moves, actor.relation, actor.target = None, False, None, None
        if not group and link.form is not None:
            self.ignored.update(hit.span)
        elif group:
            self.link, self.linked = (link, hit.span), group
        self.then = self.then and link.form is None
        self.preposition, self.joined, self.copula, self.acted = None, False, False, []

    def _bind(self, group: list[ActorDraft], hit: Hit) -> None:
        """Relate the waiting actors to the object that has just been read."""
        if self.link is None:
            return
        link, span = self.link
        self.link = None
        pairs = [(a, group[0]) for a in self.linked] if group else []
        if link.passive and self.linked:
            pairs = [(a, self.linked[0]) for a in group]
        for actor, target in pairs:
            if not _relate(actor, link.relation, target):
                self.ignored.update(span)
            elif link.rides:
                target.moves = target.moves or target.action is None
        if not pairs:
            self.ignored.update(span)

    def _each_other(self, hit: Hit) -> None:
        link, span = self.link or (Link(Relation.NEXT_TO), hit.span)
        self.link = None
        group = self.linked if link.form else self.subject
        pairs = list(pairwise(group))
        related = [_relate(actor, link.relation, target) for actor, target in pairs]
        if not related or not all(related):
            self.ignored.update((*span, *hit.span))

    # -- where, when, how seen -------------------------------------------------------------------

    def _setting(self, setting: Setting, hit: Hit) -> None:
        self._close_phrase()
        self.link = None if self.link and self.link[0].form is None else self.link
        self._drop_link()
        self.preposition, self.joined, self.acted = None, False, []
        if self.negated:
            self.negated = False
            return
        shot, clash = self.shot, False
        for name in ("place", "time", "weather"):
            value = getattr(setting, name)
            if value is not None and getattr(shot, name) is None:
                setattr(shot, name, value)
            clash = clash or (value is not None and getattr(shot, name) is not value)
        if clash:
            self.ignored.update(hit.span)

    def _camera(self, camera: Camera, hit: Hit) -> None:
        self._close_phrase()
        if self.negated:
            self.negated = False
        elif self.shot.camera in (None, camera):
            self.shot.camera = camera
        else:
            self.ignored.update(hit.span)

    def _turn(self, heading: Heading, hit: Hit) -> None:
        if self.filming:
            self.ignored.difference_update(self.filmed)
            self._camera(_PAN[heading], hit)
            return
        self._close_phrase()
        group = self.near if isinstance(self.last, Noun) and not self.apart else self.subject
        group = group or self.near
        if not group:
            self.phrase.heading = (heading, hit.span)
        for actor in group:
            if actor.heading not in (None, heading):
                self.ignored.update(hit.span)
            actor.heading = actor.heading or heading

    def _modifier(self, sense: Count | Colour | Size, hit: Hit) -> None:
        match sense:
            case Count() if self.phrase.count is None:
                self.phrase.count = (sense.number, hit.span)
            case Colour() if self.phrase.colour is None:
                self.phrase.colour = (sense, hit.span)
            case Size() if self.phrase.size is None:
                self.phrase.size = (sense, hit.span)
            case _:
                self.ignored.update(hit.span)


def _opens(hit: Hit) -> bool:
    """Whether a mark of a new shot is that of the first: "Shot 1"."""
    return len(hit.span) > 1


def _relate(actor: ActorDraft, relation: Relation, target: ActorDraft) -> bool:
    """Relate two actors, if the first has no relation yet and no circle comes of it."""
    if actor.relation is not None:
        return actor.relation is relation and actor.target is target
    if target.leads_to(actor):
        return False
    actor.relation, actor.target = relation, target
    return True
