"""The service does what its own description says, whatever is sent: property tests of routes."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
import schemathesis
from documents import SERVICE_README, named, section
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from stub_service import BEARER, served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]
bounded = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("service")
    with served(folder, correction_wait_s=1.0) as (_, address):
        yield schemathesis.openapi.from_url(f"{address}/openapi.json", headers=BEARER)


@pytest.mark.parametrize(
    ("mode", "least"), [(GenerationMode.POSITIVE, 13), (GenerationMode.NEGATIVE, 9)]
)
def test_answers_are_as_described(schema: Any, mode: GenerationMode, least: int) -> None:
    tried = 0
    for operation in schema.get_all_operations():
        made = operation.ok().as_strategy(generation_mode=mode)

        @bounded
        @given(case=made)
        def answers(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers=BEARER)

        # What takes nothing can be given nothing wrong.
        with suppress(Unsatisfiable):
            answers()
            tried += 1
    assert tried >= least


def test_every_operation_is_described_for_people(schema: Any) -> None:
    document = schema.raw_schema
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], f"{method} {path}"
    told = named(section(SERVICE_README, "Routes"))
    spoken = " ".join(told).replace("/soundtracks/{id}", "/soundtracks/{soundtrack_id}")
    for path in document["paths"]:
        assert path.removeprefix("/soundtracks/{soundtrack_id}/") in spoken, path


def test_every_body_parameter_and_answer_has_an_example_that_is_one(schema: Any) -> None:
    document = schema.raw_schema
    kinds = document["components"]["schemas"]
    asked = document["paths"]["/soundtracks"]["post"]["requestBody"]["content"]
    for kind in asked.values():
        jsonschema.validate(kind["example"], kind["schema"] | {"components": {"schemas": kinds}})
    for kind in kinds.values():
        for example in kind["examples"]:
            jsonschema.validate(example, kind | {"components": {"schemas": kinds}})
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                (example,) = parameter["schema"]["examples"]
                jsonschema.validate(example, parameter["schema"])
                assert parameter["name"] in path or parameter["in"] == "query"
