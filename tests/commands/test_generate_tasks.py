"""`generate_tasks`: the command around `meetings.devtools.synthetic`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from meetings.models import Meeting, Task

pytestmark = pytest.mark.django_db


@pytest.mark.long
@pytest.mark.same_on_both
def test_it_adds_as_many_tasks_as_asked_for_and_says_so():
    output = StringIO()
    call_command("generate_tasks", "70", "--seed", "4", stdout=output)
    call_command("generate_tasks", "5", stdout=output)
    assert Task.objects.count() == 75
    assert "75" in output.getvalue()


@pytest.mark.parametrize(
    "arguments", [["many"], ["0"], ["-3"], ["1.5"], ["1000001"], ["5", "--seed", "blue"]], ids=" ".join
)
def test_bad_input_is_refused_in_one_line_and_nothing_is_written(arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("generate_tasks", *arguments)
    assert "\n" not in str(refusal.value)
    assert not Meeting.objects.exists()
