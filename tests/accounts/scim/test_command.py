"""`manage.py create_scim_token`: the token works at once; what is wrong is said in a sentence."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.tokens.models import ApiToken
from events.models import Entry
from tenants.context import in_tenant


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("create_scim_token", "--tenant", "acme", *arguments, stdout=out)
    return out.getvalue()


def test_the_last_word_is_a_token_that_synchronises(cast):
    token = said("--name", "Okta", "--new-role", "guest", "--days", "30").split()[-1]

    api = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/scim/v2/Users").status_code == 200
    elsewhere = Client(HTTP_HOST="globex.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert elsewhere.get("/scim/v2/Users").status_code == 401
    with in_tenant("acme"):
        row = ApiToken.objects.get(scopes=["scim"])
        assert row.options["new_role"] == "guest"
        told = Entry.objects.get(type="chancery.directory.token-created.v1")
        assert told.data["token_id"] == str(row.id)
        assert token not in str(told.data)


def test_programs_read_it_as_json(cast):
    told = json.loads(said("--role-map", '{"contractor": "guest"}', "--json"))

    assert (told["tenant"], told["name"], told["expires_at"]) == ("acme", "Directory", None)
    assert told["token"].startswith("chy_")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--tenant", "nobody"], "nobody"),
        (["--days", "0"], "day"),
        (["--new-role", "owner"], "New people are one of"),
        (["--role-map", "contractor=guest"], "Give the mapping as JSON."),
        (["--role-map", '["guest"]'], "Map values to names of roles."),
        (["--role-map", '{"boss": "owner"}'], "Map values to roles other than owner."),
        (["--role-map", '{"boss": "king"}'], "Map values to roles other than owner."),
        (["--name", " "], "name"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_nothing_is_made(cast, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        said(*arguments)

    with in_tenant("acme"):
        assert not ApiToken.objects.filter(scopes=["scim"]).exists()
