"""How names and texts are typed, and that what is stored follows what it spells."""

import pytest
from hypothesis import given, strategies as st

from meetings.core.pinyin import build_pinyin_index
from meetings.models import Department, Person


def test_a_name_is_found_by_pinyin_and_by_initials():
    assert build_pinyin_index("刘仲书").split() == ["liuzhongshu", "lzs"]


def test_every_reading_of_a_name_counts():
    spelled = build_pinyin_index("单志广").split()
    assert "shanzhiguang" in spelled
    assert "danzhiguang" in spelled
    assert "szg" in spelled


def test_a_text_is_read_word_by_word_and_keeps_its_letters_and_digits():
    assert build_pinyin_index("认可委（秘）〔2023〕81号").split() == ["renkeweimi202381hao", "rkwm202381h"]
    assert build_pinyin_index("CNAS技术部").startswith("cnasjishubu")
    assert build_pinyin_index("") == build_pinyin_index("，。 ") == ""


@given(st.text(max_size=60))
def test_any_text_can_be_spelled(text):
    spelled = build_pinyin_index(text)
    assert spelled == spelled.lower()
    assert "  " not in spelled


@pytest.mark.django_db
def test_the_stored_spelling_follows_the_name():
    person = Person.objects.create(name="刘仲书")
    assert Person.objects.get(spelling__contains="lzs") == person
    person.name = "肖良"
    person.save()
    assert not Person.objects.filter(spelling__contains="lzs").exists()
    Department.objects.bulk_create([Department(name="技术部")])
    assert Department.objects.filter(spelling__contains="jsb").exists()
