"""What no policy decides yet is settled by a person's word, which can be taken back."""

from accounts.policies.selectors import stored
from accounts.policies.services import change
from accounts.setup.models import NotificationConfirmation, RetentionConfirmation
from accounts.setup.steps import Step, steps
from events.models import Entry

PAGE = "/admin/accounts/retentionconfirmation/"


def step_of(kind: type) -> Step:
    (found,) = [step for step in steps() if kind._meta.model_name in step.url_name]
    return found


def test_the_list_asks_to_confirm_what_holds_today(in_acme, cast):
    page = cast.ana.client.get("/admin/").text

    assert "Confirm how long messages are kept" in page
    assert "Confirm how people learn of messages" in page
    assert not step_of(RetentionConfirmation).is_done
    assert not step_of(NotificationConfirmation).is_done


def test_what_is_confirmed_says_what_holds_is_kept_with_who_and_told(in_acme, cast):
    assert "kept indefinitely" in cast.ana.client.get(PAGE).text

    shown = cast.ana.client.post(PAGE, {"is_confirmed": "on", "review": "1"}).text
    assert "What 4 people write and upload is kept indefinitely" in shown
    assert not step_of(RetentionConfirmation).is_done

    cast.ana.client.post(PAGE, {"is_confirmed": "on", "version": "0", "save": "1"})

    found = step_of(RetentionConfirmation)
    assert (found.is_done, str(found.why)) == (
        True,
        f"Confirmed on {stored(RetentionConfirmation).changed_at:%Y-%m-%d} by Ana.",
    )
    assert not step_of(NotificationConfirmation).is_done
    assert "By Ana." in cast.ana.client.get(PAGE).text
    (entry,) = Entry.objects.filter(type="chancery.policy.changed.v1")
    assert (entry.actor_id, entry.data["before"], entry.data["after"]) == (
        cast.ana.id,
        {"is_confirmed": False},
        {"is_confirmed": True},
    )


def test_it_is_taken_back(in_acme, cast):
    for kind in (RetentionConfirmation, NotificationConfirmation):
        change(cast.ana.actor, kind, is_confirmed=True)
        assert step_of(kind).is_done

        change(cast.ana.actor, kind, is_confirmed=False)

        assert not step_of(kind).is_done


def test_members_confirm_nothing(in_acme, cast):
    assert cast.bo.client.post(PAGE, {"is_confirmed": "on", "save": "1"}).status_code in (302, 403)
    assert not step_of(RetentionConfirmation).is_done
