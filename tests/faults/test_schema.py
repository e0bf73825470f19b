"""What the OpenAPI document promises holds for input that a machine makes up, for an owner."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.faults.product import HOST, Product

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("faults"),
]

EXAMPLES = 6
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_answers_as_it_is_documented(product: Product, mode: GenerationMode):
    headers = {"Host": HOST, "Authorization": f"Bearer {product.tokens['ana']}"}
    address = f"http://127.0.0.1:{product.one.port}/api/v1/openapi.json"
    document = schemathesis.openapi.from_url(address, headers=headers, timeout=60)
    tried = 0

    for found in document.get_all_operations():
        operation = found.ok()
        # What takes no input at all cannot be given a wrong one.
        with suppress(Unsatisfiable):
            _try(operation.as_strategy(generation_mode=mode), headers)
            tried += 1

    assert tried >= 20


def _try(cases: object, headers: dict[str, str]) -> None:
    @bounded
    @given(case=cases)
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(
            headers=headers,
            # No schema can say that a text has to show a letter, or that an id names somebody here.
            excluded_checks=[positive_data_acceptance],
        )

    act: Callable[[], None] = run
    act()
