"""Whether tasks say of today what the rows say that they repeat."""

from meetings.models import Task


def assert_repeats():
    """Compare the columns of every task with the rows that they repeat."""
    for task in Task.objects.select_related("suggestion__meeting"):
        suggestion, meeting = task.suggestion, task.suggestion.meeting
        state = task.states.filter(until=None).select_related("last_report").first()
        assert (task.meeting_id, task.issued_on, task.suggestion_position) == (
            meeting.pk,
            meeting.issued_on,
            suggestion.position,
        )
        if state is not None:
            report = state.last_report
            assert (task.next_due, task.reported_on) == (state.next_due, report and report.effective_on)
        department = task.task_departments.exclude(role="supporting").order_by("position").first()
        leader = task.task_leaders.order_by("position").first()
        assert task.department_spelling == (department and department.department.spelling)
        assert task.leader_spelling == (leader and leader.person.spelling)
