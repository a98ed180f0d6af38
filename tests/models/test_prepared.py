"""What every page asks is built once and asked anew each time."""

import pytest

from meetings.models import Department
from meetings.models.prepared import PreparedQuery
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_answer_is_that_of_the_moment_and_the_query_is_built_once_for_its_arguments(django_assert_num_queries):
    built = []

    @PreparedQuery
    def called(name: str):
        built.append(name)
        return Department.objects.filter(name=name).order_by().values_list("name")

    assert (called.rows("甲%部"), called.count("甲%部")) == ([], 0)
    for name in ("甲%部", "乙部"):
        factories.department(name)
    with django_assert_num_queries(2):
        assert called.rows("甲%部") == [("甲%部",)]
        assert called.count("乙部") == 1
    Department.objects.filter(name="乙部").update(name="丙部")
    assert (called.count("乙部"), called.count("丙部")) == (0, 1)
    assert built == ["甲%部", "乙部", "丙部"]


def test_what_can_hold_nothing_is_not_asked(django_assert_num_queries):
    nothing = PreparedQuery(lambda: Department.objects.none().values_list("pk"))
    with django_assert_num_queries(0):
        assert (nothing.rows(), nothing.count()) == ([], 0)
