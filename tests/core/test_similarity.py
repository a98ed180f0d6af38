"""How alike two texts are."""

from hypothesis import given, strategies as st

from meetings.core.similarity import similarity_scores

EARLIER = {
    1: "建议进一步提高认可的影响力和认可度，引导社会了解认可的重要意义。",
    2: "建议进一步加强对获认可机构的监督。",
    3: "希望搭建认可规则的培训平台。",
}


def test_the_same_matter_in_other_words_is_the_likest():
    alike = similarity_scores("希望尽快建立培训平台，讲解认可规则。", EARLIER)
    assert max(alike, key=alike.get) == 3


def test_what_many_texts_have_says_little():
    many = {number: f"建议进一步加强第{number}项{chr(0x4E00 + 7 * number) * 3}工作。" for number in range(30)}
    alike = similarity_scores("建议进一步加强食堂管理。", {**many, "食堂": "食堂管理有待改善。"})
    assert max(alike, key=alike.get) == "食堂"


@given(st.text(), st.dictionaries(st.integers(), st.text(), max_size=8))
def test_a_likeness_is_between_nothing_in_common_and_the_same(text, others):
    alike = similarity_scores(text, others)
    assert alike.keys() == others.keys()
    assert all(0 <= value <= 1 + 1e-9 for value in alike.values())


@given(st.text(alphabet="认可规则培训平台监督", min_size=2))
def test_a_text_is_like_itself_and_not_like_nothing(text):
    alike = similarity_scores(text, {"same": text, "none": ""})
    assert abs(alike["same"] - 1) < 1e-9
    assert alike["none"] == 0
