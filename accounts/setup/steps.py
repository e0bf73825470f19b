"""What an organisation should have settled before people are let in; features add their own step.

@step(10)
def retention() -> Step:
    return Step(_("Say how long messages are kept"), _("…"), "admin:…_changelist", is_done)
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.branding.models import Branding
from accounts.domains.selectors import proved_domains
from accounts.invitations.models import Invitation, JoinPolicy
from accounts.mfa.models import SecondFactorPolicy
from accounts.people.models import User
from accounts.policies.selectors import stored
from accounts.setup.models import (
    Confirmation,
    NotificationConfirmation,
    RetentionConfirmation,
)
from accounts.signin.models import SignInPolicy
from accounts.sso.models import IdentityProvider, State
from core.errors import Words
from core.permissions import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to settle: what, why, where, and whether it is."""

    title: Words
    why: Words
    url_name: str
    is_done: bool


type Maker = Callable[[], Step]

_makers: list[tuple[int, Maker]] = []


def step(place: int) -> Callable[[Maker], Maker]:
    """Register a step; those with a lower place come first."""

    def register(make: Maker) -> Maker:
        _makers.append((place, make))
        return make

    return register


def steps() -> list[Step]:
    """All steps as they stand, in their order."""
    return [make() for _place, make in sorted(_makers, key=lambda pair: pair[0])]


def _confirmed(title: Words, why: Words, kind: type[Confirmation]) -> Step:
    """A step that a person's word settles; it says whose, and when."""
    found = stored(kind)
    if found.is_confirmed and found.changed_at is not None:
        by = User.objects.filter(id=found.changed_by_id).first()
        why = _("Confirmed on %(day)s by %(person)s.") % {
            "day": f"{found.changed_at:%Y-%m-%d}",
            "person": by or _("a program"),
        }
    url_name = f"admin:{kind._meta.app_label}_{kind._meta.model_name}_changelist"
    return Step(title, why, url_name, found.is_confirmed)


@step(10)
def identity() -> Step:
    """Whose people these are."""
    is_done = bool(proved_domains()) or IdentityProvider.objects.filter(state=State.ON).exists()
    return Step(
        _("Prove your e-mail domain, or connect an identity provider"),
        _("Then colleagues are recognised, and strangers are not taken for them."),
        "admin:accounts_domainproof_changelist",
        is_done,
    )


@step(20)
def owners() -> Step:
    """Somebody besides the one who signed up."""
    count = User.objects.filter(role=Role.OWNER, is_active=True).count()
    return Step(
        _("Make a second owner"),
        _("If the only owner falls ill or leaves, nobody can change what only owners change."),
        "admin:accounts_user_changelist",
        count > 1,
    )


@step(30)
def ways_to_sign_in() -> Step:
    """By which ways."""
    return Step(
        _("Decide how people sign in"),
        _("All ways are allowed until you choose."),
        "admin:accounts_signinpolicy_changelist",
        stored(SignInPolicy).version > 0,
    )


@step(40)
def second_factors() -> Step:
    """For those at least who can change everything."""
    roles = set(stored(SecondFactorPolicy).roles)
    return Step(
        _("Require a second factor of owners and admins"),
        _("A stolen password alone then opens nothing important."),
        "admin:accounts_secondfactorpolicy_changelist",
        {Role.OWNER, Role.ADMIN} <= roles,
    )


@step(50)
def retention() -> Step:
    """How long things are kept; until that can be set, an admin confirms what holds."""
    why = _("Everything is kept until somebody deletes it. Confirm that this is intended.")
    return _confirmed(_("Confirm how long messages are kept"), why, RetentionConfirmation)


@step(60)
def notifications() -> Step:
    """What calls people back; until that can be set, an admin confirms what holds."""
    why = _("Chancery shows new messages in the client and sends no e-mail. Let people know.")
    return _confirmed(_("Confirm how people learn of messages"), why, NotificationConfirmation)


@step(80)
def branding() -> Step:
    """So that people know where they are."""
    return Step(
        _("Put your name, colour and logo on the sign-in page"),
        _("People then see that they are in the right place."),
        "admin:accounts_branding_changelist",
        stored(Branding).version > 0,
    )


@step(90)
def invitations() -> Step:
    """The last one: let people in."""
    policy = stored(JoinPolicy)
    is_done = policy.by_domain or policy.by_request or Invitation.objects.exists()
    return Step(
        _("Invite people"),
        _("By e-mail or link, or let everybody with an address in your domain join."),
        "admin:accounts_invitation_changelist",
        is_done or User.objects.filter(is_active=True, is_bot=False).count() > 2,
    )
