"""A prompt to a scene: one pass over its phrases, each handled by what it means.

The reader understands subject, verb, object; adjectives before their noun and after "is"; lists;
relative clauses and participles; pronouns; passives. What it cannot use, it names.

Choices: of two verbs for one subject in a shot the first counts, unless "then" stands between
them: then the second begins a new shot in the same setting. Of two places, times, weathers or
cameras in a shot the first counts. "No rain" and "without cars" are obeyed by leaving them out.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from cleardance.world.language import drafts
from cleardance.world.language.drafts import ActorDraft
from cleardance.world.language.lexicon import (
    Count,
    Form,
    Glue,
    Link,
    Noun,
    Sense,
    Setting,
    Verb,
    lexicon,
)
from cleardance.world.language.matching import Hit, hits
from cleardance.world.language.script import SHARED, TRANSITIVE, NounPhrase, Script, relate
from cleardance.world.language.words import Pause, words
from cleardance.world.scene import (
    Camera,
    Colour,
    Heading,
    Relation,
    Scene,
    Size,
)


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


_PAN = {Heading.LEFT: Camera.PAN_LEFT, Heading.RIGHT: Camera.PAN_RIGHT}


@dataclass
class _Reader(Script):
    """One pass over the phrases: what the sentence is like so far."""

    phrase: NounPhrase = field(default_factory=NounPhrase)
    link: tuple[Link, range] | None = None
    preposition: range | None = None
    last: Sense | None = None  # the sense just read; None after an unknown word
    joined: bool = False  # "and" or a comma has just followed a noun
    apart: bool = True  # a clause has begun since the last noun
    copula: bool = False
    negated: bool = False
    filmed: range = range(0)  # a verb said of the camera, until it is known which way
    filming: bool = False  # the sentence is about the camera

    def read(self, found: tuple[Hit, ...]) -> None:
        """Read every hit, in order."""
        for hit, following in zip(found, (*found[1:], None), strict=False):
            self._pause(hit.pause)
            sense = self._choose(hit, following)
            if self.full:
                self.ignored.update(() if isinstance(sense, Glue) else hit.span)
            elif sense is None:
                self._unknown(hit)
            else:
                self._take(sense, hit, following)
            self.last = sense
        self._end_clause()
        self._forget()

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
            self._forget()

    def _end_clause(self) -> None:
        self._close_phrase()
        self._drop_link()
        self.ignored.update(self.preposition or ())  # "flies over": over what is not said
        self.preposition = None
        self.joined = False
        self.apart = True
        self.copula = self.negated = False
        self.acted = []

    def _forget(self) -> None:
        """Give up whatever still waits for a noun."""
        self.ignored.update(self.phrase.positions())
        self.phrase = NounPhrase()

    def _close_phrase(self) -> None:
        """Give up waiting for a noun: after "is" the adjectives are the subject's own."""
        phrase, self.phrase = self.phrase, NounPhrase()
        if not (phrase.open or self.subject or self.near):
            self.phrase = phrase  # "running in the snow, a fox": still to come
            return
        group = self.subject or self.near
        if self.copula and group and phrase.determiner is None and not phrase.count:
            self.adorn(group, NounPhrase(colour=phrase.colour, size=phrase.size))
            phrase.colour = phrase.size = None
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
                if self.copula:  # "the horse is brown and the sheep": another clause
                    self.apart, self.copula = True, False
                governed = self.preposition is not None or self.link is not None
                self.phrase = replace(self.phrase, determiner=glue, governed=governed)
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
        untold = len(self.shots) == 1 and not self.shot.actors and _opens(hit)
        if not (self.shot.empty or untold):
            self.cut()

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
            other = following.first(Noun) if following is not None else None
            same = other is not None and other.subject == noun.subject
            self.ignored.update(() if same else hit.span)
            return
        if self.negated:
            self.phrase, self.negated, self.link = NounPhrase(), False, None
            return
        phrase, self.phrase = self.phrase, NounPhrase()
        if self.then and not self.known(noun, phrase):
            self.cut()
            self.link, self.apart = None, True
        if self.full:
            self.ignored.update((*hit.span, *phrase.positions()))
            return
        known = bool(self.known(noun, phrase))
        group = self.group(noun, phrase, hit)
        if self.link is not None:
            self._bind(group)
        elif self.preposition is not None and (self.subject and not self.apart):
            self.ignored.update(self.preposition)
        elif self.acted and not self.apart:
            self.object(group)
        elif self.joined and not known:
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
        self.resume(glue)
        group = self._meant(glue)
        if self.link is not None:
            self._bind(group)
        elif group:
            self.subject = group
        self.near = group or self.near
        self.joined, self.apart, self.copula = False, False, hit.possessive

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
            self.resume(Glue.IT)
        described = self.copula and self.phrase.determiner is None  # "that is green growing"
        before_noun = verb.form is Form.ING and (
            (self.phrase.open and not described)
            or (self._leads(following) and not isinstance(self.last, Noun))
        )
        if self.negated or (self.filming and not before_noun):
            self.ignored.update(() if self.negated else hit.span)
            self.negated, self.filmed = False, hit.span
            return
        if before_noun or not (self.subject or self.near):
            self._hold(verb, hit)
            return
        lost = self.phrase.unknown and not self.phrase.governed
        self._close_phrase()
        self._drop_link()
        if lost:  # the subject is a word we do not know
            self.ignored.update(hit.span)
            return
        closest = verb.form is Form.ING and not self.apart and not self.copula and self.near
        group = self.near if closest else self.subject or self.near
        self.act(group, verb, hit.span)
        self.acted = group if verb.action in TRANSITIVE | SHARED else []
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
        if link.form is not None and self.goes_on(group):
            group = self.sequel(group) or []
        if not group and link.form is not None:
            self.ignored.update(hit.span)
        elif group:
            self.link, self.linked = (link, hit.span), group
        self.then = self.then and link.form is None
        self.preposition, self.joined, self.copula, self.acted = None, False, False, []

    def _bind(self, group: list[ActorDraft]) -> None:
        """Relate the waiting actors to the object that has just been read."""
        if self.link is None:
            return
        link, span = self.link
        self.link = None
        self.relate_all(link, group, span)

    def _each_other(self, hit: Hit) -> None:
        link, span = self.link or (Link(Relation.NEXT_TO), hit.span)
        self.link = None
        group = self.linked if link.form else self.subject
        pairs = list(pairwise(group))
        related = [relate(actor, link.relation, target) for actor, target in pairs]
        if not related or not all(related):
            self.ignored.update((*span, *hit.span))

    # -- where, when, how seen -------------------------------------------------------------------

    def _setting(self, setting: Setting, hit: Hit) -> None:
        self.phrase.determiner = None  # it was the place's own
        self._close_phrase()
        self.link = None if self.link and self.link[0].form is None else self.link
        self._drop_link()
        self.preposition, self.joined, self.acted = None, False, []
        if self.negated:
            self.negated = False
            return
        self.set_up(setting, hit.span)

    def _camera(self, camera: Camera, hit: Hit) -> None:
        self._close_phrase()
        if self.negated:
            self.negated = False
        else:
            self.film(camera, hit.span)

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
        self.head(group, heading, hit.span)

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
