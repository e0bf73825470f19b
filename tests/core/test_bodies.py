"""Bodies of requests: what is not of its kind is refused by name, and changes nothing."""

import pytest

from messaging.status.models import Status
from tests.messaging.calls import call


@pytest.mark.parametrize("body", [[], [None, None], [{"name": "Eve"}]])
def test_a_list_is_no_body_even_where_every_field_may_be_left_out(cast, body):
    answer = call(cast.ana.api).patch("/me", body)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"][0]["message"] == "Send a JSON object."


@pytest.mark.parametrize("time", [0, 1772971200, "1772971200", True, "2026-03-09"])
def test_a_number_is_no_time(cast, in_acme, time):
    answer = call(cast.ana.api).put("/me/status", body={"text": "Away", "expires_at": time})

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": "expires_at", "message": "Send a time such as 2026-03-09T08:00:00Z."}
    ]
    assert not Status.objects.exists()
