"""What rows are made of says what Django's own functions say."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from hypothesis import given, strategies as st

from meetings.ui.markup import fill_html, join_html

VALUES = st.one_of(
    st.text(), st.integers(), st.none(), st.text().map(SafeString), st.just(gettext_lazy("Task")), st.text("<>&\"'{}%")
)


@given(first=VALUES, second=VALUES, separator=st.sampled_from([", ", "<", SafeString("<br>")]))
def test_everything_is_escaped_but_what_is_safe(first, second, separator):
    assert fill_html('<a title="{}">{}</a>', first, second) == format_html('<a title="{}">{}</a>', first, second)
    rows = [(first,), (second,)]
    assert join_html(separator, "<b>{}</b>", rows) == format_html_join(separator, "<b>{}</b>", rows)
    assert isinstance(fill_html("{}", first), SafeString)
    assert isinstance(join_html(separator, "{}", rows), SafeString)
