"""The read cursor by REST: numbers are numbers."""

import pytest

from messaging.conversations.models import Membership
from tests.messaging.calls import call


@pytest.mark.parametrize("seq", [True, "1", 1.0, None, [1], -1])
def test_what_is_no_place_in_a_history_is_refused_by_name(cast, in_acme, general, seq):
    before = set(Membership.objects.values_list("id", "read_seq"))

    answer = call(cast.bo.api).post(f"/conversations/{general.id}/read", {"seq": seq})

    assert answer.problem[0] == 422
    assert answer.fields == ["seq"]
    assert set(Membership.objects.values_list("id", "read_seq")) == before
