"""What is wrong with a value of a request, in the caller's language and with the remedy.

The validator names what it refuses by a type and facts, and has English words of its own; here are
ours. A refusal of our own rules (`value_error`, custom types) keeps the words it was made with.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

type Facts = Mapping[str, Any]


def _too_many(facts: Facts) -> str:
    most = facts["max_length"]
    words = ngettext(
        "At most %(most)d entry is taken at once; leave the others out, or send them in another"
        " request.",
        "At most %(most)d entries are taken at once; leave the others out, or send them in another"
        " request.",
        most,
    )
    return words % {"most": most}


def _too_few(facts: Facts) -> str:
    least = facts["min_length"]
    words = ngettext("Give at least %(least)d entry.", "Give at least %(least)d entries.", least)
    return words % {"least": least}


def _too_long(facts: Facts) -> str:
    most = facts["max_length"]
    words = ngettext(
        "Write at most %(most)d character.", "Write at most %(most)d characters.", most
    )
    return words % {"most": most}


def _too_short(facts: Facts) -> str:
    least = facts["min_length"]
    words = ngettext(
        "Write at least %(least)d character.", "Write at least %(least)d characters.", least
    )
    return words % {"least": least}


_WORDS: dict[str, Callable[[Facts], str]] = {
    "too_long": _too_many,
    "too_short": _too_few,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "missing": lambda _facts: _("This is missing; give a value."),
    "extra_forbidden": lambda _facts: _("There is no field with this name; leave it out."),
    "greater_than_equal": lambda facts: _("Give %(least)s or more.") % {"least": facts["ge"]},
    "greater_than": lambda facts: _("Give more than %(bound)s.") % {"bound": facts["gt"]},
    "less_than_equal": lambda facts: _("Give %(most)s or less.") % {"most": facts["le"]},
    "less_than": lambda facts: _("Give less than %(bound)s.") % {"bound": facts["lt"]},
    "list_type": lambda _facts: _("Give a list."),
    "string_type": lambda _facts: _("Give text."),
    "enum": lambda facts: _("Give one of these: %(choices)s.") % {"choices": facts["expected"]},
    "literal_error": lambda facts: (
        _("Give one of these: %(choices)s.") % {"choices": facts["expected"]}
    ),
    "int_type": lambda _facts: _("Give a whole number, without quotes."),
    **dict.fromkeys(
        ("int_parsing", "int_parsing_size", "int_from_float"),
        lambda _facts: _("Give a whole number."),
    ),
    "bool_type": lambda _facts: _("Give true or false, without quotes."),
    "bool_parsing": lambda _facts: _("Give true or false."),
    **dict.fromkeys(
        ("uuid_type", "uuid_parsing"), lambda _facts: _("Give an id, as the API does.")
    ),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type"), lambda _facts: _("Give an object.")
    ),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        lambda _facts: _("Give a time such as 2026-05-04T09:30:00Z."),
    ),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing"),
        lambda _facts: _("Give a day such as 2026-05-04."),
    ),
}


def words_for(error: Mapping[str, Any]) -> str:
    """The sentence for one of the validator's errors; its own words where we have none."""
    found = _WORDS.get(str(error.get("type")))
    facts: Facts = error.get("ctx") or {}
    return str(capfirst(str(error["msg"]))) if found is None else found(facts)
