"""What an organisation has decided about its channels: who makes them, how they are called."""

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import holds, people_here
from accounts.people.models import User
from accounts.policies.models import Policy
from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Forbidden, Invalid, Words
from core.permissions import GUESTS, Permission, Role
from messaging.conversations.defaults import ChannelsField, check_default_channels, names_of
from messaging.conversations.idle import idle_channels, members_of_idle
from messaging.conversations.models import (
    Conversation,
    History,
    Kind,
    MemberRole,
    Membership,
    Who,
)

_PLAIN = re.compile(r"[^\W_]+(-[^\W_]+)*")


class Makers(models.TextChoices):
    """Who may make a kind of channel; guests never."""

    MEMBERS = "members", _("every member")
    ROLES = "roles", _("whoever's role allows it")
    ADMINS = "admins", _("owners and admins")


class Movers(models.TextChoices):
    """Who may move messages to another conversation; owners and admins move where anybody may."""

    NOBODY = "nobody", _("nobody")
    MANAGERS = "managers", _("the channel's owners and the organisation's admins")
    AUTHORS = "authors", _("these, and authors what they wrote themselves")
    EVERYONE = "everyone", _("everybody who may write in both")


class Naming(models.TextChoices):
    """How channels may be written."""

    FREE = "free", _("as people like")
    PLAIN = "plain", _("small letters, digits and hyphens")


def _public(before: int, after: int) -> Words:
    return ngettext_lazy(
        "%(count)d person may then make public channels; now it is %(before)d.",
        "%(count)d people may then make public channels; now it is %(before)d.",
        after,
    ) % {"count": after, "before": before}


def _private(before: int, after: int) -> Words:
    return ngettext_lazy(
        "%(count)d person may then make private channels; now it is %(before)d.",
        "%(count)d people may then make private channels; now it is %(before)d.",
        after,
    ) % {"count": after, "before": before}


def _announcing(before: int, after: int) -> Words:
    return ngettext_lazy(
        "%(count)d person may then make announcement channels; now it is %(before)d.",
        "%(count)d people may then make announcement channels; now it is %(before)d.",
        after,
    ) % {"count": after, "before": before}


_MAKE = {"public_by": _public, "private_by": _private, "announcement_by": _announcing}


class ChannelPolicy(Policy):
    """What an organisation has decided about its channels."""

    public_by = models.CharField(
        _("public channels are made by"),
        max_length=8,
        choices=Makers.choices,
        default=Makers.ROLES,
    )
    private_by = models.CharField(
        _("private channels are made by"),
        max_length=8,
        choices=Makers.choices,
        default=Makers.ROLES,
    )
    announcement_by = models.CharField(
        _("announcement channels are made by"),
        max_length=8,
        choices=Makers.choices,
        default=Makers.MEMBERS,
        help_text=_("Channels in which not every member may post."),
    )
    prefixes = models.CharField(
        _("names begin with"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("One of these, such as: proj-, team-, help-. Empty to allow any."),
    )
    naming = models.CharField(
        _("names are written"), max_length=8, choices=Naming.choices, default=Naming.FREE
    )
    history = models.CharField(
        _("who joins a new channel reads"),
        max_length=6,
        choices=History.choices,
        default=History.ALL,
    )
    history_days = models.PositiveSmallIntegerField(
        _("days before joining, where it is days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )
    idle_days = models.PositiveSmallIntegerField(
        _("archive channels that have been idle for, in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(3650)],
        help_text=_("Empty for never. A channel's review date postpones it."),
    )
    warn_days = models.PositiveSmallIntegerField(
        _("warned so many days before"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )

    moved_by = models.CharField(
        _("messages are moved to other channels by"),
        max_length=8,
        choices=Movers.choices,
        default=Movers.AUTHORS,
        db_default=Movers.AUTHORS,
        help_text=_("What others said in a direct message cannot be moved by anybody."),
    )
    moved_within_hours = models.PositiveIntegerField(
        _("hours within which authors move theirs"),
        null=True,
        blank=True,
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(8760)],
        help_text=_("Empty for any time."),
    )

    default_channels = ChannelsField(
        verbose_name=_("new people will be in"),
        help_text=_(
            "Public channels, such as: general, news. Guests are not added to any automatically."
        ),
    )

    nobody = MappingProxyType(
        dict.fromkeys(
            ("history", "history_days"),
            _("Existing channels keep their rule: this applies to channels created from now on."),
        )
        | {
            "default_channels": _(
                "This affects people who join from now on; those who are here stay where they are."
            )
        }
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("channel policy")

    @property
    def known_prefixes(self) -> tuple[str, ...]:
        """The beginnings that names may have; none where any will do."""
        return tuple(part.strip() for part in self.prefixes.split(",") if part.strip())

    def check_change(self, before: "ChannelPolicy") -> None:
        """Days are said where, and only where, the history is of days; channels are open to all."""
        if (self.history == History.DAYS) is not (self.history_days is not None):
            words = _("Give a number of days if, and only if, the history is “days”.")
            raise Invalid.field("history_days", words)
        check_default_channels(self.default_channels, before.default_channels)

    def said(self, name: str, value: Any) -> Any:
        """Channels are called by their names."""
        if name == "default_channels":
            return ", ".join(f"#{channel}" for channel in names_of([value])) or _("a channel")
        return super().said(name, value)

    def consequences(self, before: "ChannelPolicy") -> Iterable[Words]:
        """How many channels do not follow the rule, and how many are idle now."""
        channels = Conversation.objects.exclude(kind=Kind.DIRECT).filter(archived_at=None)
        if (self.prefixes, self.naming) != (before.prefixes, before.naming):
            strays = sum(
                why_not_named(self, name) is not None
                for name in channels.values_list("name", flat=True).iterator()
            )
            words = _("%(count)d channels have other names and keep them.")
            yield words % {"count": strays}
        if self.moved_by != before.moved_by:
            words = _("From now on messages are moved to other channels by: %(who)s.")
            yield words % {"who": Movers(self.moved_by).label}
        moving = ("moved_by", "moved_within_hours")
        if any(getattr(self, name) != getattr(before, name) for name in moving):
            count = self._movers().count()
            yield ngettext_lazy(
                "%(count)d person may then move messages to other channels.",
                "%(count)d people may then move messages to other channels.",
                count,
            ) % {"count": count}
        if self.idle_days is not None and self.idle_days != before.idle_days:
            words = _(
                "%(count)d channels have been idle that long and will be warned within a day."
            )
            yield words % {"count": len(idle_channels(self.idle_days))}
        if (self.idle_days, self.warn_days) != (before.idle_days, before.warn_days):
            days = self.idle_days or before.idle_days
            count = members_of_idle(days) if days is not None else 0
            yield ngettext_lazy(
                "%(count)d person is in channels that nobody has written in for that long.",
                "%(count)d people are in channels that nobody has written in for that long.",
                count,
            ) % {"count": count}
        yield from self._makers_told(before)

    def _makers_told(self, before: "ChannelPolicy") -> Iterable[Words]:
        """How many make which channels, now and then: all of it by one query."""
        kinds = {
            name: (before._makers(name), self._makers(name), words)
            for name, words in _MAKE.items()
            if before._makers(name) != self._makers(name)
        }
        is_named_otherwise = (self.prefixes, self.naming) != (before.prefixes, before.naming)
        if not kinds and not is_named_otherwise:
            return
        numbers = people_here().aggregate(
            any=Count("id", filter=self._makers("public_by") | self._makers("private_by")),
            **{f"{name}_before": Count("id", filter=asked[0]) for name, asked in kinds.items()},
            **{f"{name}_after": Count("id", filter=asked[1]) for name, asked in kinds.items()},
        )
        for name, (_before, _after, words) in kinds.items():
            yield words(numbers[f"{name}_before"], numbers[f"{name}_after"])
        if is_named_otherwise:
            yield ngettext_lazy(
                "%(count)d person may make channels, and follows this from now on.",
                "%(count)d people may make channels, and follow this from now on.",
                numbers["any"],
            ) % {"count": numbers["any"]}

    def _makers(self, name: str) -> Q:
        """Who makes such channels under this policy: the condition, on people."""
        if name == "announcement_by":
            # They are public or private ones as well.
            some = _makers(self.public_by, Permission.CHANNELS_CREATE_PUBLIC) | _makers(
                self.private_by, Permission.CHANNELS_CREATE_PRIVATE
            )
            return some & _makers(self.announcement_by, Permission.CHANNELS_CREATE_ANNOUNCEMENT)
        if name == "public_by":
            return _makers(self.public_by, Permission.CHANNELS_CREATE_PUBLIC)
        return _makers(self.private_by, Permission.CHANNELS_CREATE_PRIVATE)

    def _movers(self) -> QuerySet[User]:
        """Who may move anything under this policy."""
        if self.moved_by == Movers.NOBODY:
            return User.objects.none()
        if self.moved_by != Movers.MANAGERS:
            return people_here()
        owned = Membership.objects.filter(user_id=OuterRef("id"), role=MemberRole.OWNER)
        owned = owned.exclude(conversation__kind=Kind.DIRECT)
        return people_here().filter(Q(role__in=[Role.OWNER, Role.ADMIN]) | Exists(owned))


def check_may_make(actor: Actor, *, kind: str, posting: str = Who.EVERYONE) -> None:
    """Refuse whoever may not make a channel of this kind.

    Errors  Forbidden says who may.
    """
    for makers, permission in _needed(current(ChannelPolicy), kind, posting):
        if not _is_maker(actor, makers, permission):
            words = _("Such channels can be created here by: %(who)s.") % {
                "who": Makers(makers).label
            }
            raise Forbidden("conversation", words)


def check_name(name: str) -> str:
    """Refuse a name that a new channel may not have here; returns it."""
    why = why_not_named(current(ChannelPolicy), name)
    if why is not None:
        raise Invalid.field("name", why, code="naming")
    return name


def why_not_named(policy: ChannelPolicy, name: str) -> Words | None:
    """What speaks against a channel's name; None where nothing does."""
    prefixes = policy.known_prefixes
    if prefixes and not name.lower().startswith(tuple(prefix.lower() for prefix in prefixes)):
        return _("Begin the name with one of: %(prefixes)s") % {"prefixes": ", ".join(prefixes)}
    is_plain = name == name.lower() and _PLAIN.fullmatch(name)
    if policy.naming == Naming.PLAIN and not is_plain:
        return _("Write the name in small letters, digits and hyphens, such as: spring-launch")
    return None


def default_rules() -> dict[str, Any]:
    """The rules of a new channel that says nothing else."""
    policy = current(ChannelPolicy)
    return {"history": policy.history, "history_days": policy.history_days}


def shown_to(actor: Actor) -> dict[str, Any]:
    """What somebody who is about to make a channel wants to know."""
    policy = current(ChannelPolicy)

    def may(kind: str, posting: str = Who.EVERYONE) -> bool:
        needed = _needed(policy, kind, posting)
        return not actor.is_guest and all(_is_maker(actor, *each) for each in needed)

    return {
        "may_create": {
            "public": may(Kind.PUBLIC),
            "private": may(Kind.PRIVATE),
            "announcement": may(Kind.PUBLIC, Who.OWNERS),
        },
        "prefixes": list(policy.known_prefixes),
        "naming": policy.naming,
    }


def _needed(policy: ChannelPolicy, kind: str, posting: str) -> list[tuple[str, Permission]]:
    needed = [
        (policy.private_by, Permission.CHANNELS_CREATE_PRIVATE)
        if kind == Kind.PRIVATE
        else (policy.public_by, Permission.CHANNELS_CREATE_PUBLIC)
    ]
    if posting != Who.EVERYONE:
        needed.append((policy.announcement_by, Permission.CHANNELS_CREATE_ANNOUNCEMENT))
    return needed


def _makers(makers: str, permission: Permission) -> Q:
    """`_is_maker` as a condition on people, without guests."""
    if makers == Makers.MEMBERS:
        chosen = Q()
    elif makers == Makers.ADMINS:
        chosen = Q(role__in=[Role.OWNER, Role.ADMIN])
    else:
        chosen = holds(permission)
    return chosen & ~Q(role__in=GUESTS)


def _is_maker(actor: Actor, makers: str, permission: Permission) -> bool:
    if makers == Makers.MEMBERS:
        return True
    return actor.is_manager if makers == Makers.ADMINS else actor.may(permission)
