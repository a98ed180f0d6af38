"""Schemathesis calls whatever the description says, and otherwise, and finds nothing.

Ids are mostly those that there are, and versions mostly the present ones, so that much of what is called is done.
"""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pytest
import requests
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, assume, given, settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from meetings.api.service import describe_api
from meetings.models import Meeting, Suggestion, Task
from tests.depth import THOROUGH

from .conftest import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

# What is right by its form may be refused by what the register holds: a day to come, an end that was reached, a version
# that is old.
REFUSED = ["2xx", "403", "404", "412", "422"]
REJECTED = ["400", "401", "403", "404", "405", "406", "412", "414", "415", "422", "428"]
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": REFUSED},
    "negative_data_rejection": {"expected-statuses": REJECTED},
    "missing_required_header": {"expected-statuses": ["401", "428"]},
}


# One for all calls, which put up the middleware once; it keeps no cookie from one to the next.
CLIENT = Client()


def ask_django(adapter: HTTPAdapter, request: requests.PreparedRequest, *_arguments, **_options) -> requests.Response:
    """Let Django's test client, in whose transaction all is done, answer what `requests` would send."""
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    content_type, body = headers.pop("Content-Type", ""), request.body or b""
    answer = CLIENT.generic(request.method, request.url, body, content_type=content_type, headers=headers)
    CLIENT.cookies.clear()
    raw = HTTPResponse(io.BytesIO(answer.content), answer.headers, answer.status_code, preload_content=False)
    return adapter.build_response(request, raw)


@pytest.fixture
def headers(world, monkeypatch) -> dict[str, str]:
    """Those of a program that the secretariat gave a token."""
    monkeypatch.setattr(HTTPAdapter, "send", ask_django)
    return {"Authorization": f"Bearer {token_of(world.secretariat)}"}


def describe_to_make_up() -> dict[str, Any]:
    """Return the description without the length of long texts.

    Of 20,000 characters nobody makes one up, but each case would wait for a pattern of as many to be compiled, which is
    most of its time; `test_write_operations` sends one that is too long.
    """
    return json.loads(json.dumps(describe_api()), object_hook=without_long_lengths)


def without_long_lengths(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "maxLength" or value < 1000}


def known_ids(path: str) -> list[int]:
    model = next(model for name, model in (("tasks", Task), ("meetings", Meeting), ("", Suggestion)) if name in path)
    return list(model.objects.values_list("pk", flat=True))


# One world for all: to fill it takes longer than to call.
@pytest.mark.deep
@pytest.mark.long
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_schemathesis_finds_nothing(headers, mode):
    # It takes long to load: no other test waits for it.
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.generation import GenerationMode

    schema = schemathesis.openapi.from_dict(
        describe_to_make_up(), config=SchemathesisConfig.from_dict({"checks": CHECKS})
    )
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in describe_api()["paths"].values())
    # Of both ways, ten thousand calls.
    number = math.ceil(5_000 / len(operations)) if THOROUGH else 2
    for operation in operations:
        call_often(operation.as_strategy(generation_mode=GenerationMode(mode)), operation.path, headers, number)


def call_often(cases, path: str, headers: dict[str, str], number: int) -> None:
    """Call an operation and look at what it answers."""
    ids = known_ids(path)

    @given(case=cases)
    @settings(
        max_examples=number,
        phases=[Phase.explicit, Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    def call(case):
        # What is empty stands in no address: without it the request is a right one.
        assume(all(value not in ([], {}, None) for value in (case.query or {}).values()))
        pk = case.path_parameters.get("pk", 0)
        if case.meta.generation.mode.is_positive and pk % 8:
            pk = case.path_parameters["pk"] = ids[pk % len(ids)]
            if "tasks" in path and "If-Match" in case.headers:
                case.headers["If-Match"] = f'"{Task.objects.get(pk=pk).version}"'
        with transaction.atomic():
            case.call_and_validate(base_url="http://localhost", headers=headers)

    call()
