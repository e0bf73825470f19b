"""Who is it? Finds, links or makes the account of somebody whom a provider has signed in."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domains.selectors import is_proved
from accounts.groups import services as groups
from accounts.groups.models import Group, GroupMember
from accounts.groups.services import Members
from accounts.people import services as people
from accounts.people.models import User
from accounts.sso.events import SsoLinked
from accounts.sso.mapping import Identity
from accounts.sso.models import ExternalIdentity, IdentityProvider
from accounts.sso.refusal import Refused
from accounts.sso.saml.answer import check_subject
from core.actor import Role, system_actor
from core.errors import Conflict, Refusal
from events.journal import publish
from tenants.context import current_tenant
from tenants.signup import clean_email


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may come in."""

    user: User
    link: ExternalIdentity
    is_new: bool


def admit(provider: IdentityProvider, identity: Identity) -> Admitted:
    """The account of an identity: the linked one, one that may be linked, or a new one.

    An account that exists is linked only where its address' domain is proved and is this
    provider's. Nobody comes in who may do more than whoever vouched for the provider.

    Errors  Refused; nothing is changed then.
    """
    check_subject(identity.subject)
    try:
        try:
            with transaction.atomic():
                return _admit(provider, identity)
        except (IntegrityError, Conflict):
            # Somebody added the same address at this moment: now it is there.
            with transaction.atomic():
                return _admit(provider, identity)
    except Refusal as refusal:
        raise Refused("account", refusal.detail or refusal.title, field=refusal.about) from refusal


def link_to(provider: IdentityProvider, identity: Identity, user: User) -> ExternalIdentity:
    """Link a person who is signed in, at their own wish.

    Errors  Refused where the identity or the person is linked otherwise.
    """
    check_subject(identity.subject)
    try:
        with transaction.atomic():
            found = ExternalIdentity.objects.filter(
                provider=provider, subject=identity.subject
            ).first()
            if found is None:
                return _link(provider, identity, user)
    except IntegrityError:
        found = ExternalIdentity.objects.filter(provider=provider, subject=identity.subject).first()
    if found is None or found.user_id != user.id:
        raise Refused(
            "linked_otherwise", _("This identity or this account is linked to another one.")
        )
    return found


def _admit(provider: IdentityProvider, identity: Identity) -> Admitted:
    link = _link_of(provider, identity)
    if link is None:
        # First sign-ins follow one another: the same person's, twice at once, finds the link then.
        list(IdentityProvider.objects.select_for_update(no_key=True).filter(id=provider.id))
        link = _link_of(provider, identity)
    if link is not None:
        admitted = Admitted(link.user, link, is_new=False)
    else:
        admitted = _newcomer(provider, identity)
    _check_may_enter(provider, admitted.user)
    user = admitted.user
    if not admitted.is_new and provider.rules.keeps_people_in_step:
        user = _in_step(provider, identity, user)
    if _join_groups(provider, identity, user):
        user.refresh_from_db()
    # Again: what the mapping gives must not be more than its author could.
    _check_may_enter(provider, user)
    admitted.link.last_used_at = timezone.now()
    admitted.link.save(update_fields=["last_used_at"])
    return Admitted(user, admitted.link, admitted.is_new)


def _link_of(provider: IdentityProvider, identity: Identity) -> ExternalIdentity | None:
    rows = ExternalIdentity.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(provider=provider, subject=identity.subject).first()


def _newcomer(provider: IdentityProvider, identity: Identity) -> Admitted:
    email = _email(identity)
    if identity.email_is_unverified:
        # Else people could have themselves taken for whoever has that address.
        raise Refused("unverified", _("The provider has not verified the e-mail address."))
    user = User.objects.filter(email__iexact=email).first()
    if user is not None:
        _check_may_be_linked(provider, identity, user)
        _check_may_enter(provider, user)
        return Admitted(user, _link(provider, identity, user), is_new=False)
    if not provider.rules.creates_people:
        raise Refused(
            "unknown_person",
            _("Nobody here has this address, and the provider may not add people."),
            arrived=email,
        )
    role = identity.role or provider.rules.default_role
    user = people.create_user(
        system_actor(current_tenant()),
        email=email,
        name=identity.name or email.partition("@")[0],
        role=role,
        way="provider",
    )
    if identity.locale and identity.locale != user.locale:
        user.locale = identity.locale
        user.save(update_fields=["locale"])
    return Admitted(user, _link(provider, identity, user), is_new=True)


def _email(identity: Identity) -> str:
    if not identity.email:
        raise Refused(
            "no_email",
            _("The provider sent no e-mail address. Map the attribute that holds it."),
        )
    # Look-alikes of other alphabets would pass for somebody else.
    if not identity.email.isascii() or identity.email != identity.email.strip():
        raise Refused("email", _("The e-mail address holds unusual characters."))
    try:
        return clean_email(identity.email)
    except Refusal as wrong:
        raise Refused("email", _("The provider sent no valid e-mail address.")) from wrong


def _check_may_be_linked(provider: IdentityProvider, identity: Identity, user: User) -> None:
    domain = (user.email or "").rpartition("@")[2].lower()
    if domain not in provider.domains or not is_proved(domain):
        raise Refused(
            "taken",
            _(
                "An account with this address exists. The provider may use it once the domain"
                " is proved and is one of the provider's, or its owner links it when signed in."
            ),
            domain=domain,
        )
    if ExternalIdentity.objects.filter(provider=provider, user=user).exists():
        raise Refused(
            "linked_otherwise",
            _("The account with this address belongs to another identity of this provider."),
        )


def _check_may_enter(provider: IdentityProvider, user: User) -> None:
    if not user.is_active or user.is_bot:
        raise Refused("inactive", _("This account is deactivated."))
    if not user.permissions <= provider.vouched_permissions:
        raise Refused(
            "not_vouched",
            _(
                "This account may do more than whoever set the provider up. Somebody with the"
                " same rights has to vouch for the provider first."
            ),
            role=str(user.role),
        )


def _link(provider: IdentityProvider, identity: Identity, user: User) -> ExternalIdentity:
    link = ExternalIdentity.objects.create(provider=provider, user=user, subject=identity.subject)
    publish(SsoLinked(provider.id, user.id), by=system_actor(current_tenant()))
    return link


def _in_step(provider: IdentityProvider, identity: Identity, user: User) -> User:
    """Name, language and role as the provider has them. Owners are made and unmade here only."""
    changes: dict[str, str] = {}
    if identity.name and identity.name != user.name:
        changes["name"] = identity.name
    if any(grant.role for grant in provider.granted) and user.role != Role.OWNER:
        wanted = identity.role or provider.rules.default_role
        if wanted != user.role:
            changes["role"] = wanted
    if not changes:
        return user
    return people.update_person(system_actor(current_tenant()), user_id=user.id, **changes)


def _join_groups(provider: IdentityProvider, identity: Identity, user: User) -> bool:
    """Into the groups that the provider's groups stand for, out of the others it stands for.

    Returns whether anything changed.
    """
    governed = {grant.group_id for grant in provider.granted if grant.group_id is not None}
    if not governed:
        return False
    actor, members = system_actor(current_tenant()), Members.of([user.id])
    directly = GroupMember.objects.filter(user_id=user.id, group_id__in=governed)
    present = set(directly.values_list("group_id", flat=True))
    known = set(Group.objects.filter(id__in=governed).values_list("id", flat=True))
    wanted = set(identity.group_ids) & known
    for group_id in sorted(wanted - present):
        groups.add_members(actor, group_id=group_id, members=members, by_directory=True)
    for group_id in sorted(present - wanted):
        groups.remove_members(actor, group_id=group_id, members=members, by_directory=True)
    return wanted != present
