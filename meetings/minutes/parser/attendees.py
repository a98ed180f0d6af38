"""Attendees with their capacities, from lists (出席：…) and sentences (…参加会议)."""

import re
from collections.abc import Iterator, Sequence

from meetings.core.text import tidy_text

from .person_names import (
    ParsedPerson,
    can_be_name,
    collapse_spaced_names,
    is_capacity,
    is_name,
    join_spaced_names,
    parse_person,
    split_outside_brackets,
)

_ATTENDS = re.compile(
    r"受邀(?:参会|参加|出席|列席)|(?:共同)?参加了?(?:本次|此次|这次)?(?:会议|座谈|活动)|参会|"
    r"(?:出席|列席)了?(?:本次|此次)?(?:会议)?|到会|莅临"
)
#: 县长王建国主持召开…, 县长王建国在县政府会议室主持召开….
CHAIR_AS_SUBJECT = re.compile(
    r"(?:^|[，。；])([^，。；由]{2,40}?)(?:同志)?(?:在[^，。；]{2,30})?主持(?:召开|会议|了|并|(?=[，。；]|$))"
)
_CHAIRS = re.compile(rf"由([^，。；由]{{2,40}}?)(?:同志)?主持|{CHAIR_AS_SUBJECT.pattern}")
_GROUP = re.compile(r"^\s*([^:：。，、\s]{2,14})[:：](.+)$")
_NOT_NOW = re.compile(r"请假|缺席|未能|上次|拟")
_OFFICE_THEN_NAME = re.compile(
    r"^(.*(?:办公室|委员会|办公厅|秘书处|中心|学院|大学|公司|集团|协会|学会|医院|[部处科局厅委院所室站队校司会]))([\u4e00-\u9fff]{2,3})$"
)


def parse_attendees(lists: Sequence[str], prose: Sequence[str], chair: ParsedPerson | None) -> tuple[ParsedPerson, ...]:
    """Return the people of ``lists`` and ``prose`` with the ``chair``, as printed.

    Each is named once.
    """
    if lists:
        listed = [person for value in lists for person in parse_people(value)]
    else:
        sentences = (sentence for line in prose for sentence in re.split(r"[。；;]", line))
        listed = [person for sentence in sentences for person in _parse_sentence(sentence)]
    if chair and (lists or chair.name not in {person.name for person in listed}):
        listed.insert(0, chair)
    people: dict[str, ParsedPerson] = {}
    for person in listed:
        existing = people.get(person.name)
        if existing is None or (existing.capacity is None and person.capacity):
            people[person.name] = person
    return tuple(people.values())


def is_group_of_people(line: str) -> bool:
    """Return whether a line names people behind what they are (党委委员：林涛、夏晴)."""
    group = _GROUP.match(line)
    if not group or "。" in line:
        return False
    pieces = [piece for piece in split_outside_brackets(collapse_spaced_names(group[2]), "、，, \u3000\t") if piece]
    return bool(pieces) and 2 * sum(parse_person(piece) is not None for piece in pieces) > len(pieces)


def parse_people(value: str) -> Iterator[ParsedPerson]:
    """Read people of a list: 张三（主任）、李四  王五; 办公室王芳."""
    for clause in re.split(r"[；;。\n]", collapse_spaced_names(value)):
        capacity: str | None = None
        if label := re.match(r"^\s*([^:：、，]{1,20})[:：]", clause):
            capacity, clause = tidy_text(label[1]), clause[label.end() :]
        pieces = split_outside_brackets(clause, "、，,")
        are_names = len(pieces) > 2 and 2 * sum(is_name(piece) for piece in pieces) > len(pieces)
        waiting = ""
        for piece in pieces:
            waiting += "、" if waiting else ""  # 党委书记、董事长 甲
            for token in join_spaced_names([token for token in re.split(r"\s+", piece) if token]):
                token = re.sub(r"等(?:\d+人)?$", "", token)
                person = _parse_person(waiting + token) if waiting else None
                person = person or _parse_person(token)
                if person:
                    yield ParsedPerson(person.name, person.capacity or waiting.rstrip("、") or capacity)
                    waiting = ""
                elif is_capacity(token):
                    waiting = waiting + token if waiting.endswith("、") else token
                elif are_names and can_be_name(token):  # a rare surname among names
                    yield ParsedPerson(token, capacity)
                    waiting = ""
                else:
                    waiting = ""


def _parse_person(token: str) -> ParsedPerson | None:
    person = parse_person(token)
    if person:
        return person
    match = _OFFICE_THEN_NAME.match(token)
    return ParsedPerson(match[2], match[1]) if match and is_name(match[2]) else None


def _parse_sentence(sentence: str) -> Iterator[ParsedPerson]:
    chairing = _CHAIRS.search(sentence)
    if chairing:
        person = parse_person((chairing[1] or chairing[2]).strip())
        if person and is_name(person.name):
            yield person
    done = 0
    for match in _ATTENDS.finditer(sentence):  # 甲、乙出席会议，丙列席会议
        before = sentence[done : match.start()]
        done = match.end()
        if not _NOT_NOW.search(before):
            yield from _parse_enumeration(before)


def _parse_enumeration(text: str) -> Iterator[ParsedPerson]:
    """Read 司长甲、副司长乙、丙: a name without a capacity has the one before it.

    A capacity without a name goes with the next name.
    """
    waiting: list[str] = []
    carried: str | None = None
    for piece in split_outside_brackets(text.replace("以及", "、"), "、，,"):
        for part in _split_at_and(re.sub(r"等.*$", "", piece)):
            person = parse_person(part)
            if person is None:
                waiting = [*waiting, part] if is_capacity(part) and not part.endswith("负责人") else []
                continue
            if person.capacity:
                carried = "、".join([*waiting, person.capacity])
            waiting = []
            yield ParsedPerson(person.name, carried)


def _split_at_and(piece: str) -> list[str]:
    """Split 张三和李四, which are two, but not 审定与核查机构."""
    for match in re.finditer("[和与及]", piece):
        left, right = piece[: match.start()], piece[match.end() :]
        if parse_person(left) and parse_person(right):
            return [*_split_at_and(left), right]
    return [piece]
