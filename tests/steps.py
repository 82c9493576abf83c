"""A small backtracking matcher that counts its steps, and texts that make a given pattern take many steps.

It uses the pattern as parsed by Python's ``re``, and makes the same attempts in the same order. A pattern is safe for
texts from files if ten times the text takes at most about ten times the steps.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

_SIGNS = "0a年(（ <\"'.,:-_x\n%"
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_MOST_TEXTS, _MOST_ATOMS, _LONGEST_ATOM = 60, 24, 24
Then = Callable[[int], int]


class TooManyStepsError(Exception):
    """The budget of steps is used up."""


class Matcher:
    """Searches one text and counts."""

    def __init__(self, pattern: re.Pattern[Any], text: str, most: int) -> None:
        """Begin with no steps; ``most`` steps are allowed."""
        source = pattern.pattern
        self.nodes = list(parser.parse(source, pattern.flags))
        self.flags, self.text, self.most, self.steps = pattern.flags, text, most, 0
        self.groups: dict[int, tuple[int, int]] = {}

    def search_all(self) -> None:
        """Find every match from left to right, as ``findall`` and ``sub`` do."""
        at = 0
        while at <= len(self.text):
            end = self.match(at)
            at = end if end > at else at + 1

    def match(self, at: int) -> int:
        """Give the end of the match that begins at ``at``, -1 if there is none."""
        return self.sequence(self.nodes, 0, at, lambda end: end)

    def full_match(self) -> None:
        """Match the whole text."""
        self.sequence(self.nodes, 0, 0, lambda end: end if end == len(self.text) else -1)

    def count(self) -> None:
        """Count one step."""
        self.steps += 1
        if self.steps > self.most:
            raise TooManyStepsError

    def sequence(self, nodes: list[Any], index: int, at: int, then: Then) -> int:
        """Match the nodes from ``index`` on and then what follows them; give the end, or -1."""
        if index == len(nodes):
            return then(at)
        self.count()
        kind, value = nodes[index]
        if is_sign(kind):
            fits = at < len(self.text) and sign_fits(kind, value, self.text[at], self.flags)
            return self.sequence(nodes, index + 1, at + 1, then) if fits else -1
        if kind == sre.BRANCH:
            for way in value[1]:
                end = self.sequence(list(way), 0, at, lambda now: self.sequence(nodes, index + 1, now, then))
                if end >= 0:
                    return end
            return -1
        if kind == sre.SUBPATTERN:
            return self.group(nodes, index, at, then)
        if kind in _REPEATS:
            body = list(value[2])
            if len(body) == 1 and is_sign(body[0][0]):
                return self.repeat_sign(nodes, index, at, then)
            return self.repeat(nodes, index, at, then, 0)
        if kind in {sre.ASSERT, sre.ASSERT_NOT}:
            begin = at if value[0] > 0 else at - parser.SubPattern(parser.State(), list(value[1])).getwidth()[0]
            held = begin >= 0 and self.sequence(list(value[1]), 0, begin, lambda end: end) >= 0
            return self.sequence(nodes, index + 1, at, then) if held == (kind == sre.ASSERT) else -1
        if kind == sre.AT:
            return self.sequence(nodes, index + 1, at, then) if self.at_place(value, at) else -1
        if kind == sre.GROUPREF:
            first, last = self.groups.get(value, (0, 0))
            copy = self.text[first:last]
            return self.sequence(nodes, index + 1, at + len(copy), then) if self.text.startswith(copy, at) else -1
        if kind == sre.ATOMIC_GROUP:
            end = self.sequence(list(value), 0, at, lambda now: now)
            return self.sequence(nodes, index + 1, end, then) if end >= 0 else -1
        raise NotImplementedError(kind)

    def at_place(self, place: Any, at: int) -> bool:
        """Tell whether ``^`` or ``$`` matches at a place."""
        if place in {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}:
            return at == 0 or (bool(self.flags & re.MULTILINE) and self.text[at - 1] == "\n")
        if place in {sre.AT_END, sre.AT_END_STRING}:
            return at >= len(self.text) - (self.text[at:] == "\n")
        raise NotImplementedError(place)

    def group(self, nodes: list[Any], index: int, at: int, then: Then) -> int:
        """Match what stands in brackets, and remember where, for a later reference."""
        number, _, _, inner = nodes[index][1]

        def after(end: int) -> int:
            before = self.groups.get(number)
            self.groups[number] = (at, end)
            result = self.sequence(nodes, index + 1, end, then)
            if result < 0 and before:
                self.groups[number] = before
            return result

        return self.sequence(list(inner), 0, at, after)

    def repeat_sign(self, nodes: list[Any], index: int, at: int, then: Then) -> int:
        """Match one sign many times: all that fit, then fewer (lazily the other way round)."""
        kind, (least, most, body) = nodes[index]
        sign, value = body[0]

        def run(limit: int) -> int:
            """Give how many signs match, at most ``limit``."""
            end = at
            while end - at < limit and end < len(self.text) and sign_fits(sign, value, self.text[end], self.flags):
                self.count()
                end += 1
            return end - at

        if kind == sre.MIN_REPEAT:
            length = run(least)
            while length >= least and length <= most:
                end = self.sequence(nodes, index + 1, at + length, then)
                more = at + length
                self.count()
                if end >= 0 or more >= len(self.text) or not sign_fits(sign, value, self.text[more], self.flags):
                    return end
                length += 1
            return -1
        longest = run(most)
        for length in range(longest, least - 1, -1):
            end = self.sequence(nodes, index + 1, at + length, then)
            if end >= 0 or kind == sre.POSSESSIVE_REPEAT:
                return end
        return -1

    def repeat(self, nodes: list[Any], index: int, at: int, then: Then, done: int) -> int:
        """Match a group many times, of which ``done`` were matched already."""
        kind, (least, most, body) = nodes[index]
        self.count()

        def again() -> int:
            if done >= most:
                return -1
            more = lambda end: self.repeat(nodes, index, end, then, done + 1) if end > at else -1  # noqa: E731
            return self.sequence(list(body), 0, at, more)

        def leave() -> int:
            return self.sequence(nodes, index + 1, at, then) if done >= least else -1

        first, second = (leave, again) if kind == sre.MIN_REPEAT else (again, leave)
        end = first()
        return end if end >= 0 else second()


def is_sign(kind: Any) -> bool:
    """Tell whether a node matches exactly one sign."""
    return kind in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}


def sign_fits(kind: Any, value: Any, sign: str, flags: int) -> bool:
    """Tell whether a node matches a sign."""
    if kind == sre.ANY:
        return sign != "\n" or bool(flags & re.DOTALL)
    signs = {sign.lower(), sign.upper()} if flags & re.IGNORECASE else {sign}
    if kind in {sre.LITERAL, sre.NOT_LITERAL}:
        return (chr(value) in signs) == (kind == sre.LITERAL)
    negated = value[0][0] == sre.NEGATE
    return any(_in_class(item, one) for item in value[negated:] for one in signs) != negated


def _in_class(item: tuple[Any, Any], sign: str) -> bool:
    kind, value = item
    if kind == sre.LITERAL:
        return ord(sign) == value
    if kind == sre.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    digit, white, word = sign.isdecimal(), sign.isspace(), sign.isalnum() or sign == "_"
    known = {
        sre.CATEGORY_DIGIT: digit,
        sre.CATEGORY_NOT_DIGIT: not digit,
        sre.CATEGORY_SPACE: white,
        sre.CATEGORY_NOT_SPACE: not white,
        sre.CATEGORY_WORD: word,
        sre.CATEGORY_NOT_WORD: not word,
    }
    return known[value]


def hard_texts(pattern: re.Pattern[Any], length: int) -> list[str]:
    """Give texts of a length that repeat what parts of the pattern match, and end in what does not match.

    For ``[0-9]+字`` among others ``0000…``, ``0字0字…`` and ``字字字…``; for ``a(b|c)*d`` also ``a`` and then ``bbb…``.
    """
    nodes = list(parser.parse(pattern.pattern, pattern.flags))
    atoms = list(dict.fromkeys(islice(filter(None, _atoms(nodes, pattern.flags)), 400)))
    atoms = sorted((atom for atom in atoms if len(atom) <= _LONGEST_ATOM), key=len)[:_MOST_ATOMS]
    texts = dict.fromkeys((atom * length)[:length] + end for end in ("\0", "") for atom in atoms)
    texts |= dict.fromkeys(
        first + (atom * length)[: length - len(first)] + "\0" for atom in atoms for first in atoms if first != atom
    )
    return list(islice(texts, _MOST_TEXTS))


def _atoms(nodes: list[Any], flags: int) -> Iterator[str]:
    """Yield samples of each piece of a sequence, of its beginnings, and of what stands inside its nodes."""
    for begin in range(len(nodes)):
        for end in range(begin + 1, min(len(nodes), begin + 4) + 1):
            yield from _samples(nodes[begin:end], flags)
    for kind, value in nodes:
        for inner in _inner(kind, value):
            yield from _atoms(inner, flags)
    for end in range(5, len(nodes) + 1):
        yield from _samples(nodes[:end], flags)


def _inner(kind: Any, value: Any) -> list[list[Any]]:
    if kind == sre.BRANCH:
        return [list(way) for way in value[1]]
    if kind == sre.SUBPATTERN:
        return [list(value[3])]
    if kind in _REPEATS:
        return [list(value[2])]
    if kind in {sre.ASSERT, sre.ASSERT_NOT}:
        return [list(value[1])]
    return [list(value)] if kind == sre.ATOMIC_GROUP else []


def _samples(nodes: list[Any], flags: int) -> list[str]:
    """Give up to three texts that a sequence matches."""
    texts = [""]
    for kind, value in nodes:
        if is_sign(kind):
            signs = [chr(value)] if kind == sre.LITERAL else [
                sign for sign in (*_SIGNS, *_named(kind, value)) if sign_fits(kind, value, sign, flags)
            ]  # fmt: skip
            pieces = signs[:2] or [""]
        elif kind in _REPEATS:
            pieces = [text * max(value[0], 1) for text in _samples(list(value[2]), flags)]
        elif kind in {sre.BRANCH, sre.SUBPATTERN, sre.ATOMIC_GROUP}:
            pieces = [text for inner in _inner(kind, value) for text in _samples(inner, flags)[:1]]
        else:
            pieces = [""]
        texts = [text + piece for text in texts for piece in pieces][:3]
    return texts


def _named(kind: Any, value: Any) -> list[str]:
    """Give the signs that a class names."""
    if kind != sre.IN:
        return []
    return [
        chr(item[1] if item[0] == sre.LITERAL else item[1][0]) for item in value if item[0] in {sre.LITERAL, sre.RANGE}
    ]
