"""How an organisation's pages look: its name, its colour, its logo."""

import base64
import binascii
import re
from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import people_here
from accounts.policies.models import Policy
from core.errors import Invalid, Words
from core.permissions import Permission

MOST_LOGO_BYTES = 100_000
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
_LEAST_CONTRAST = 4.5
_PAPER = "#fefdfb"


class Branding(Policy):
    """Shown on the pages of signing in. Empty fields leave things as they are."""

    name = models.CharField(_("name on the sign-in page"), max_length=80, blank=True, default="")
    colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        default="",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Give a colour such as #9c2f1f."))],
        help_text=_("Dark enough to read white text on it."),
    )
    # Base64: a form field of its own reads the file.
    logo = models.TextField(_("logo"), blank=True, default="")

    permission = Permission.BRANDING_MANAGE
    masked = frozenset({"logo"})

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("name, colour and logo")

    def consequences(self, before: "Branding") -> Iterable[Words]:
        """Who sees it."""
        count = people_here().count()
        yield ngettext_lazy(
            "%(count)d person sees it before signing in, and so does anyone who opens the address.",
            "%(count)d people see it before signing in, and so does anyone who opens the address.",
            count,
        ) % {"count": count}

    def check_change(self, before: "Branding") -> None:
        if self.colour and contrast(self.colour, _PAPER) < _LEAST_CONTRAST:
            raise Invalid.field("colour", _("This is too light to read: choose a darker one."))
        if self.logo and self.logo != before.logo:
            picture(self.logo)


def picture(logo: str) -> tuple[bytes, str]:
    """The logo's bytes and kind.

    Errors  Invalid for what is no picture, or too large.
    """
    try:
        raw = base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Invalid.field("logo", _("This is not a picture.")) from wrong
    if len(raw) > MOST_LOGO_BYTES:
        raise Invalid.field("logo", _("A logo may be at most 100 kB."))
    kind = next((kind for mark, kind in _KINDS.items() if raw.startswith(mark)), None)
    if kind is None:
        raise Invalid.field("logo", _("A logo is a PNG, JPEG or GIF picture."))
    return raw, kind


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG counts it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("..", colour.lstrip("#"))]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
