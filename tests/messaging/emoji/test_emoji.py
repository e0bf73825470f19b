"""An organisation's own emoji: added by permission, drawn anew, used like any other."""

import base64
import io

import pytest
from PIL import Image

from core.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.emoji.models import CustomEmoji
from messaging.emoji.services import add_emoji, remove_emoji
from messaging.reactions.models import Reaction
from messaging.reactions.services import add_reaction, remove_reaction
from tenants.context import in_tenant
from tests.messaging.calls import call


def picture(size=(300, 200), kind="PNG", **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, kind, **options)
    return target.getvalue()


def moving() -> bytes:
    target = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=80)
    return target.getvalue()


def opened(row) -> Image.Image:
    return Image.open(io.BytesIO(bytes(row.image)))


def test_a_picture_is_drawn_anew_and_small(cast, in_acme):
    sneaky = picture(exif=b"Exif\x00\x00secret place") + b"<script>alert(1)</script>"

    row = add_emoji(cast.bo.actor, name=":Party_Parrot:", image=sneaky)

    drawn = opened(row)
    assert (row.name, row.content_type, drawn.format) == ("party_parrot", "image/webp", "WEBP")
    assert drawn.size == (128, 85)
    assert b"script" not in bytes(row.image)
    assert b"secret" not in bytes(row.image)


def test_what_moves_goes_on_moving(cast, in_acme):
    row = add_emoji(cast.bo.actor, name="blink", image=moving())

    assert opened(row).n_frames == 3


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"x" * (512 * 1024 + 1),
        picture()[:60],
    ],
    ids=["empty", "header", "svg", "large", "cut"],
)
def test_what_is_no_picture_is_refused(cast, in_acme, rubbish):
    with pytest.raises(Invalid) as refusal:
        add_emoji(cast.bo.actor, name="x", image=rubbish)

    assert refusal.value.errors[0].field == "image"
    assert CustomEmoji.objects.count() == 0


def test_a_picture_that_unpacks_to_too_much_is_refused(cast, in_acme):
    with pytest.raises(Invalid):
        add_emoji(cast.bo.actor, name="bomb", image=picture((4000, 4000)))


@pytest.mark.parametrize("name", ["", "a b", "é", "../x", "x" * 51, "a:b", "-a", "\x00"])
def test_names_that_cannot_be_written_are_refused(cast, in_acme, name):
    with pytest.raises(Invalid) as refusal:
        add_emoji(cast.bo.actor, name=name, image=picture())

    assert refusal.value.errors[0].field == "name"


def test_a_name_is_given_once(cast, in_acme):
    add_emoji(cast.bo.actor, name="yes", image=picture())

    with pytest.raises(Conflict) as refusal:
        add_emoji(cast.ana.actor, name="YES", image=picture())

    assert refusal.value.code == "name_taken"


def test_guests_add_none_and_members_remove_only_their_own(cast, in_acme):
    with pytest.raises(Forbidden):
        add_emoji(cast.eve.actor, name="no", image=picture())
    row = add_emoji(cast.bo.actor, name="yes", image=picture())

    with pytest.raises(Forbidden):
        remove_emoji(cast.cy.actor, emoji_id=row.id)
    remove_emoji(cast.ana.actor, emoji_id=row.id)
    with pytest.raises(NotFound):
        remove_emoji(cast.ana.actor, emoji_id=row.id)


def test_it_is_a_reaction_like_any_other(cast, in_acme, general, hello):
    with pytest.raises(Invalid) as refusal:
        add_reaction(cast.ana.actor, message_id=hello.id, emoji=":yes:")
    assert refusal.value.code == "no_emoji"

    row = add_emoji(cast.bo.actor, name="yes", image=picture())
    add_reaction(cast.ana.actor, message_id=hello.id, emoji=":yes:")
    remove_emoji(cast.bo.actor, emoji_id=row.id)

    # Where it stands already people may join in and take it back, picture or not.
    add_reaction(cast.bo.actor, message_id=hello.id, emoji=":yes:")
    remove_reaction(cast.ana.actor, message_id=hello.id, emoji=":yes:")
    assert list(Reaction.objects.values_list("user_id", "emoji")) == [(cast.bo.id, ":yes:")]


def test_over_rest_and_served_safely(cast):
    bo = call(cast.bo.api)
    encoded = base64.b64encode(picture()).decode()

    added = bo.post("/emoji", {"name": "yes", "image": encoded})
    listed = call(cast.eve.api).get("/emoji")
    served = cast.ana.client.get(added.body["url"])
    bad = bo.post("/emoji", {"name": "no", "image": "%%%"})

    assert added.status == 201
    assert [one["name"] for one in listed.items] == ["yes"]
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served["Content-Security-Policy"]
    for known in (served["ETag"], "*"):
        again = cast.ana.client.get(added.body["url"], headers={"If-None-Match": known})
        assert again.status_code == 304
    assert (bad.status, bad.fields) == (422, ["image"])
    assert cast.nobody("acme").get(added.body["url"]).status_code == 401
    assert cast.dee.client.get(added.body["url"]).status_code == 404


def test_an_organisation_has_its_own(cast):
    with in_tenant("acme"):
        add_emoji(cast.bo.actor, name="yes", image=picture())

    assert call(cast.dee.api).get("/emoji").items == []
