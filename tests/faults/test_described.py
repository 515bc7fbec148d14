"""What the API description promises, asked by a machine that makes requests of it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.client import TIMEOUT_SECONDS, Client

EXAMPLES_A_CALL = 12
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = "/api/stream"  # answers for as long as it is read


def operations(api: Client) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """Every call that ends."""
    schema = schemathesis.openapi.from_url(api.url + "/openapi.json").exclude(path=ENDLESS)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        yield result.ok()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_call_answers_as_described(api: Client, mode: GenerationMode) -> None:
    """Good and bad requests of each call: no 500, and no status or body that is not described."""
    with requests.Session() as session:
        for operation in operations(api):

            @settings(
                max_examples=EXAMPLES_A_CALL,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode))
            def answers_as_described(case: Case[Any]) -> None:
                case.call_and_validate(session=session, checks=CHECKED, timeout=TIMEOUT_SECONDS)

            # A call without parameters and body cannot be made wrongly.
            with suppress(Unsatisfiable):
                answers_as_described()
