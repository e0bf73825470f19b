"""What a person may prefer: one table says the choices, the first of each is what nobody chose."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

CHOICES: dict[str, tuple[str | bool, ...]] = {
    "theme": ("system", "light", "dark", "contrast"),
    "density": ("comfortable", "compact"),
    "text_size": ("normal", "small", "large", "larger"),
    # While on, the client keeps `locale` and `time_zone` at what its browser says.
    "auto_locale": (True, False),
    "auto_time_zone": (True, False),
}


def preferences_of(stored: Mapping[str, Any]) -> dict[str, str | bool]:
    """Each preference with its value; what was never chosen, or is no choice any more, as usual."""
    return {
        name: stored[name] if stored.get(name) in choices else choices[0]
        for name, choices in CHOICES.items()
    }


def clean_preferences(wanted: Mapping[str, Any]) -> dict[str, str | bool]:
    """Accept some preferences; Invalid, naming the field, for what cannot be chosen."""
    for name, value in wanted.items():
        choices = CHOICES.get(name)
        if choices is None:
            raise Invalid.field(f"preferences.{name}"[:80], _("There is no such preference."))
        # By type as well: 1 is no True here.
        if not any(
            value is choice or (value == choice and isinstance(value, str)) for choice in choices
        ):
            known = ", ".join(str(choice).lower() for choice in choices)
            raise Invalid.field(
                f"preferences.{name}", _("Choose one of %(known)s.") % {"known": known}
            )
    return dict(wanted)
