"""Jobs for tests of the queue."""

from meetings.jobs import job

# What was run, in order.
DONE: list[str] = []


@job("Note a word")
def note(word: str) -> None:
    DONE.append(word)


@job("Fail with a word")
def fail(word: str) -> None:
    DONE.append(word)
    raise ValueError(word)
