"""Links get a card under their message: fetched later, ours to show, the author's to remove."""

import pytest

from accounts.policies.services import change
from core.errors import Forbidden
from events.models import Entry
from events.tasks import run_entry
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.models import Message
from messaging.messages.selectors import message as message_view
from messaging.messages.services import delete_message, edit_message
from messaging.previews.links import links_in
from messaging.previews.models import LinkPreview
from messaging.previews.services import preview_message, remove_previews
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.messaging.previews.trickster import Trickster

MANY = [f"https://a.example/{n}" for n in range(9)]


@pytest.fixture
def server(settings):
    running = Trickster()
    settings.CHANCERY_PREVIEW_ALLOW = frozenset({running.host})
    yield running
    running.shutdown()
    running.server_close()


def shown(person, message) -> list[dict]:
    return message_view(person.actor, message.id).get("previews") or []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (None, []),
        ("no link", []),
        ("see https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("[words](https://a.example/x)", ["https://a.example/x"]),
        ("<https://a.example>", ["https://a.example"]),
        ("`https://a.example`", []),
        ("```\nhttps://a.example\n```", []),
        ("HTTPS://A.example https://A.example HTTPS://A.example", ["HTTPS://A.example", "https://A.example"]),
        ("http://u:p@a.example http://", []),
        ("ftp://a.example javascript://a", []),
        (" ".join(MANY), MANY[:3]),
    ],
)  # fmt: skip
def test_links_are_found_where_they_are_meant(text, links):
    assert links_in(text) == links


def test_a_plain_message_queues_nothing(cast, in_acme, general, monkeypatch):
    queued = []
    monkeypatch.setattr("messaging.previews.handlers.fetch_previews.delay", queued.append)
    make_message(general, cast.bo, "no link")

    for entry in Entry.objects.filter(stream_id=general.id):
        run_entry(entry)

    assert queued == []


def test_a_link_is_queued_once_its_handler_has_committed(
    cast, in_acme, general, monkeypatch, django_capture_on_commit_callbacks
):
    queued = []
    monkeypatch.setattr("messaging.previews.handlers.fetch_previews.delay", queued.append)
    message = make_message(general, cast.bo, "https://a.example")

    with django_capture_on_commit_callbacks(execute=True):
        run_entry(Entry.objects.get(stream_id=general.id, type="chancery.message.created.v1"))

    assert queued == [str(message.id)]


def test_a_page_is_shown_under_the_message_with_a_picture_of_ours(cast, in_acme, general, server):
    message = make_message(general, cast.bo, f"see {server.url('page')}")

    assert preview_message(message.id)

    (card,) = shown(cast.ana, message)
    assert (card["title"], card["site"], card["url"]) == (
        "Quarterly & plans",
        "The Office",
        server.url("page"),
    )
    assert journal_types(general.id)[-1] == "previews.added"
    served = cast.ana.client.get(card["image_url"])
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert cast.dee.client.get(card["image_url"]).status_code == 404


def test_a_picture_is_had_only_by_who_may_read_the_message(cast, in_acme, server):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    message = make_message(room, cast.bo, server.url("page"))
    preview_message(message.id)
    (card,) = shown(cast.ana, message)

    assert cast.cy.client.get(card["image_url"]).status_code == 404


def test_an_address_is_fetched_once_for_all_messages(cast, in_acme, general, server):
    for _ in range(3):
        message = make_message(general, cast.bo, server.url("page"))
        preview_message(message.id)

    assert server.asked == ["/page", "/picture.png"]
    assert LinkPreview.objects.count() == 1


def test_a_page_that_says_nothing_shows_nothing(cast, in_acme, general, server):
    message = make_message(general, cast.bo, f"{server.url('nothing')} {server.url('missing')}")

    assert not preview_message(message.id)

    assert shown(cast.ana, message) == []
    assert Message.objects.get(id=message.id).parts == 0


def test_a_picture_from_inside_is_not_fetched_and_the_card_does_without(
    cast, in_acme, general, server
):
    message = make_message(general, cast.bo, server.url("badpicture"))

    preview_message(message.id)

    assert [card["image_url"] for card in shown(cast.ana, message)] == [None]


def test_the_author_takes_them_off_for_good(cast, in_acme, general, server):
    message = make_message(general, cast.bo, server.url("page"))
    preview_message(message.id)

    with pytest.raises(Forbidden):
        remove_previews(cast.cy.actor, message_id=message.id)
    remove_previews(cast.bo.actor, message_id=message.id)
    remove_previews(cast.bo.actor, message_id=message.id)
    edit_message(cast.bo.actor, message_id=message.id, text=f"again {server.url('page')}")

    assert not preview_message(message.id)
    assert shown(cast.ana, message) == []
    assert journal_types(general.id).count("previews.removed") == 1


def test_an_edit_that_takes_the_link_out_takes_the_card_out(cast, in_acme, general, server):
    message = make_message(general, cast.bo, server.url("page"))
    preview_message(message.id)

    edit_message(cast.bo.actor, message_id=message.id, text="never mind")

    assert shown(cast.ana, message) == []


def test_switched_off_nothing_is_fetched_and_nothing_shown(cast, in_acme, general, server):
    message = make_message(general, cast.bo, server.url("page"))
    preview_message(message.id)
    change(cast.ana.actor, EtiquettePolicy, shows_previews=False)

    assert shown(cast.ana, message) == []
    other = make_message(general, cast.bo, server.url("latin"))
    assert not preview_message(other.id)
    assert "/latin" not in server.asked


def test_a_deleted_message_shows_no_card(cast, in_acme, general, server):
    message = make_message(general, cast.bo, server.url("page"))
    preview_message(message.id)
    card = shown(cast.ana, message)[0]
    delete_message(cast.bo.actor, message_id=message.id)

    assert shown(cast.ana, message) == []
    assert cast.ana.client.get(card["image_url"]).status_code == 404
    assert not preview_message(message.id)


def test_over_rest_removing_is_the_authors(cast, general):
    message = make_message(general, cast.ana, "https://a.example")

    assert call(cast.bo.api).delete(f"/messages/{message.id}/previews").problem == (
        403,
        "forbidden",
    )
    assert call(cast.ana.api).delete(f"/messages/{message.id}/previews").status == 204
