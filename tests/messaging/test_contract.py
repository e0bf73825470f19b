"""The client's types are the server's."""

from django.core.management import call_command

from events import render
from messaging.contract import SEEN_AS


def test_the_generated_types_are_those_of_the_schemas():
    call_command("generate_contract", check=True)


def test_every_event_with_a_look_of_its_own_has_a_type_of_its_own():
    assert set(render._renderers) == set(SEEN_AS)
