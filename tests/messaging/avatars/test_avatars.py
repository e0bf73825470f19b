"""People's pictures: square, small, drawn anew, seen by whom the person is seen by."""

import io

import pytest
from PIL import Image, PngImagePlugin

from accounts.people.models import User
from core.ids import new_id
from messaging.avatars.services import SIDES, stored_name
from messaging.files import storage
from messaging.files.models import File, Scan
from messaging.files.storage import StoreAway
from tenants.context import in_tenant
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message


def picture(size=(300, 200), *, form="PNG", **options) -> bytes:
    """Left a third red, the middle teal, right a third blue."""
    image = Image.new("RGB", size, "teal")
    third = size[0] // 6
    image.paste("red", (0, 0, third, size[1]))
    image.paste("blue", (size[0] - third, 0, *size))
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def wear(person, content: bytes | None = None, name="me.png"):
    file = uploaded(person, name, picture() if content is None else content)
    return call(person.api).send("PUT", "/me/avatar", {"file_id": file["id"]})


def shown(viewer, person) -> str | None:
    return call(viewer.api).get(f"/users/{person.id}").body["avatar_url"]


def drawn(viewer, url: str, size: int = 192) -> Image.Image:
    answer = viewer.api.get(f"{url}&size={size}")
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content))


def test_a_picture_is_seen_by_colleagues_as_a_square_of_its_middle(cast, in_acme):
    answer = wear(cast.bo)

    assert answer.status == 200
    url = answer.body["avatar_url"]
    assert shown(cast.ana, cast.bo) == url
    assert call(cast.bo.api).get("/me").body["avatar_url"] == url
    for size in SIDES:
        square = drawn(cast.ana, url, size)
        assert (square.format, square.size) == ("WEBP", (size, size))
        red, green, blue = square.convert("RGB").getpixel((1, size // 2))
        assert red < 40 < min(green, blue)
    assert File.objects.count() == 0


def test_nothing_of_the_original_is_kept_but_what_is_seen(cast, in_acme):
    exif = Image.Exif()
    exif[0x010F] = "Secretive Camera"
    exif[0x0112] = 6
    url = wear(cast.bo, picture(form="JPEG", exif=exif), "me.jpg").body["avatar_url"]
    square = drawn(cast.ana, url)
    assert dict(square.getexif()) == {}
    assert "Secretive" not in repr(square.info)
    # Turned as the camera was held: the red third is at the top, and cut off.
    assert square.convert("RGB").getpixel((96, 5))[0] < 40

    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "secretive words")
    url = wear(cast.bo, picture(pnginfo=words)).body["avatar_url"]
    assert b"secretive" not in cast.ana.api.get(url).content


def test_see_through_pictures_are_on_white(cast, in_acme):
    target = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(target, "PNG")

    url = wear(cast.bo, target.getvalue()).body["avatar_url"]

    assert drawn(cast.ana, url).convert("RGB").getpixel((9, 9)) == (255, 255, 255)


def test_the_address_of_a_picture_may_be_kept_for_ever_and_no_other(cast, in_acme):
    url = wear(cast.bo).body["avatar_url"]
    plain = url.partition("?")[0]

    kept = cast.ana.api.get(url)
    assert kept["Cache-Control"] == "private, max-age=31536000, immutable"
    assert kept["Content-Type"] == "image/webp"
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert cast.ana.api.get(plain)["Cache-Control"] == "no-cache"
    assert cast.ana.api.get(f"{plain}?v=other")["Cache-Control"] == "no-cache"
    for known in (kept["ETag"], "*"):
        again = cast.ana.api.get(plain, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert call(cast.ana.api).get(f"/users/{cast.bo.id}/avatar", size=50).status == 422


def test_guests_see_the_pictures_of_those_they_share_a_conversation_with(cast, in_acme):
    url = wear(cast.bo).body["avatar_url"]
    assert cast.eve.api.get(url).status_code == 404
    assert cast.nobody("acme").get(url).status_code == 401
    assert cast.dee.api.get(url).status_code == 404

    make_channel(cast.ana, cast.bo, cast.eve, name="shared", kind="private")

    assert cast.eve.api.get(url).status_code == 200


def test_another_picture_takes_the_place_of_the_first_which_is_removed(cast, real_commits):
    with in_tenant("acme"):
        first = wear(cast.bo).body["avatar_url"]
        old = User.objects.get(id=cast.bo.id).avatar
        second = wear(cast.bo, picture((64, 64))).body["avatar_url"]

        assert first != second
        assert shown(cast.ana, cast.bo) == second
        with pytest.raises(FileNotFoundError):
            storage.open_kept(stored_name(cast.bo.id, old, 96))


def test_removing_shows_initials_again_and_removes_the_bytes(cast, real_commits):
    with in_tenant("acme"):
        url = wear(cast.bo).body["avatar_url"]
        version = User.objects.get(id=cast.bo.id).avatar

        for _twice in range(2):
            assert call(cast.bo.api).delete("/me/avatar").status == 204

        assert shown(cast.ana, cast.bo) is None
        assert cast.ana.api.get(url).status_code == 404
        for side in SIDES:
            with pytest.raises(FileNotFoundError):
                storage.open_kept(stored_name(cast.bo.id, version, side))


def test_those_who_manage_people_may_remove_a_picture_and_nobody_else(cast, in_acme):
    wear(cast.bo)
    path = f"/users/{cast.bo.id}/avatar"

    assert call(cast.cy.api).delete(path).problem == (403, "forbidden")
    assert call(cast.eve.api).delete(path).problem == (404, "not_found")
    assert call(cast.dee.api).delete(path).problem == (404, "not_found")
    assert shown(cast.ana, cast.bo) is not None
    assert call(cast.ana.api).delete(path).status == 204
    assert shown(cast.bo, cast.bo) is None
    assert call(cast.ana.api).delete(f"/users/{new_id()}/avatar").problem == (404, "not_found")


def test_everybody_is_told_at_once(cast, in_acme):
    from tenants.selectors import tenant_id

    stream = tenant_id("acme")
    before = journal_types(stream)

    wear(cast.bo)
    call(cast.bo.api).delete("/me/avatar")
    call(cast.bo.api).delete("/me/avatar")

    assert journal_types(stream)[len(before) :] == ["user.updated", "user.updated"]


def test_what_is_no_picture_is_refused_and_the_picture_before_stays(cast, in_acme, monkeypatch):
    url = wear(cast.bo).body["avatar_url"]
    lying = wear(cast.bo, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "me.png")
    broken = wear(cast.bo, picture()[:60])
    huge = wear(cast.bo, picture((6000, 5000), form="PNG", compress_level=1))
    monkeypatch.setattr("messaging.avatars.services.MOST_BYTES", 10)
    large = wear(cast.bo)

    for answer in (lying, broken, huge):
        assert (answer.problem, answer.fields) == ((422, "no_picture"), ["file_id"])
    assert large.problem == (422, "too_large")
    assert shown(cast.ana, cast.bo) == url


def test_only_ones_own_upload_that_was_not_sent_can_be_taken(cast, in_acme):
    anas = uploaded(cast.ana, "me.png", picture())
    harmful = uploaded(cast.bo, "me.png", picture())
    File.objects.filter(id=harmful["id"]).update(scan=Scan.INFECTED)
    sent = uploaded(cast.bo, "me.png", picture())
    general = make_channel(cast.bo)
    message = make_message(general, by=cast.bo)
    File.objects.filter(id=sent["id"]).update(message_id=message.id, conversation_id=general.id)

    for file_id in (anas["id"], harmful["id"], sent["id"], str(new_id())):
        answer = call(cast.bo.api).send("PUT", "/me/avatar", {"file_id": file_id})
        assert (answer.problem, answer.fields) == ((422, "no_file"), ["file_id"])
    assert shown(cast.bo, cast.bo) is None
    assert File.objects.count() == 3


def test_while_the_store_is_away_nothing_is_done(cast, in_acme, monkeypatch):
    file = uploaded(cast.bo, "me.png", picture())

    def away(*_args, **_options):
        raise StoreAway("away")

    with monkeypatch.context() as then:
        then.setattr("messaging.avatars.services.storage.keep_as", away)
        answer = call(cast.bo.api).send("PUT", "/me/avatar", {"file_id": file["id"]})

    assert answer.problem == (503, "unavailable")
    assert shown(cast.bo, cast.bo) is None
    assert File.objects.count() == 1


def test_the_console_removes_pictures(cast, in_acme):
    wear(cast.bo)
    body = {"action": "remove_picture", "_selected_action": [str(cast.bo.id)]}

    answer = cast.ana.client.post("/admin/accounts/user/", body)

    assert answer.status_code == 302
    assert shown(cast.ana, cast.bo) is None
