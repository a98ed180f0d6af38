"""The suite itself: a transactional test may be followed by others, in spite of the triggers on the log."""

import pytest
from django.db import connection

from meetings.models import TaskLog
from tests import factories


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_log_is_emptied_between_tests(turn):
    assert not TaskLog.objects.exists()
    factories.task()
    assert TaskLog.objects.exists()


@pytest.mark.sqlite
@pytest.mark.django_db
def test_the_triggers_come_back():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_refuse_%'")
        assert cursor.fetchone()[0] == 18
