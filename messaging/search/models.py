"""How an organisation's messages are taken apart for the search."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.people.counted import concerned, people_here
from accounts.policies.models import Policy
from core.errors import Invalid, Words


class Language(models.TextChoices):
    """Languages whose words are brought to their stems; by PostgreSQL's own names."""

    ARABIC = "arabic", _("Arabic")
    DANISH = "danish", _("Danish")
    DUTCH = "dutch", _("Dutch")
    ENGLISH = "english", _("English")
    FINNISH = "finnish", _("Finnish")
    FRENCH = "french", _("French")
    GERMAN = "german", _("German")
    GREEK = "greek", _("Greek")
    HUNGARIAN = "hungarian", _("Hungarian")
    ITALIAN = "italian", _("Italian")
    NORWEGIAN = "norwegian", _("Norwegian")
    PORTUGUESE = "portuguese", _("Portuguese")
    RUSSIAN = "russian", _("Russian")
    SPANISH = "spanish", _("Spanish")
    SWEDISH = "swedish", _("Swedish")
    TURKISH = "turkish", _("Turkish")


MOST_LANGUAGES = 4


def _english() -> list[str]:
    return [Language.ENGLISH.value]


class SearchPolicy(Policy):
    """The languages in which people write, and how far the index has followed the choice.

    `indexed_as` says how all messages are indexed by now; while that is another thing than what is
    wanted, `indexing_as` is on its way and has come down to the message `indexed_to`.
    """

    languages = ArrayField(
        models.CharField(max_length=12, choices=Language.choices),
        verbose_name=_("languages"),
        default=_english,
        blank=True,
        help_text=_(
            "Words are found in all their forms in these languages, and only as written in others."
        ),
    )
    indexed_as = models.CharField(max_length=200, default="", editable=False)
    indexing_as = models.CharField(max_length=200, default="", editable=False)
    indexed_to = models.UUIDField(null=True, editable=False)

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("search policy")

    def check_change(self, before: "SearchPolicy") -> None:
        """Each language costs room and time with every message."""
        if len(set(self.languages)) > MOST_LANGUAGES:
            words = _("Choose at most %(most)d languages.") % {"most": MOST_LANGUAGES}
            raise Invalid.field("languages", words)

    def consequences(self, before: "SearchPolicy") -> Iterable[Words]:
        """Nothing stops being found; what is there follows bit by bit."""
        if set(self.languages) != set(before.languages):
            yield _(
                "New messages are found this way at once; existing ones follow in the"
                " background, newest first."
            )
            yield concerned(people_here())
