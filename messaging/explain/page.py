"""The console's page that answers: why can this person see that channel?"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.grants.kinds import kinds
from accounts.pages import show_refusal
from accounts.people.models import User
from core.console import Page, Section
from core.errors import Refusal
from core.permissions import IN_WORDS, Permission
from messaging.conversations.models import Conversation, Kind
from messaging.explain import selectors
from messaging.explain.selectors import Explanation
from messaging.grants.services import CHANNELS

MOST_OFFERED = 500


def _may_open(request: HttpRequest) -> bool:
    return actor_for(request.user).may(Permission.ACCESS_EXPLAIN)  # type: ignore[arg-type]


PAGE = Page(Section.LOOK, _("Why can somebody see or do this?"), "explain", _may_open)


class QuestionForm(forms.Form):
    """A person, and a channel, a permission, or something that one can be granted."""

    person = forms.CharField(label=_("E-mail address of the person"), max_length=254)
    channel = forms.CharField(label=_("Name of the channel"), max_length=80, required=False)
    permission = forms.ChoiceField(
        label=_("or something to do"),
        required=False,
        choices=[("", "—"), *((one.value, IN_WORDS[one]) for one in Permission)],
    )

    thing = forms.ChoiceField(label=_("or something to look after"), required=False)

    user: User
    conversation: Conversation | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["thing"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *(
                (
                    str(kind.label).capitalize(),
                    [
                        (f"{kind.name}:{row.pk}", kind.title(row))
                        for row in kind.offered().order_by("name")[:MOST_OFFERED]
                    ],
                )
                for kind in kinds()
                if kind is not CHANNELS
            ),
        ]

    def clean_person(self) -> str:
        found = User.objects.filter(email__iexact=self.cleaned_data["person"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("Nobody here has this e-mail address."))
        self.user = found
        return self.cleaned_data["person"]

    def clean_channel(self) -> str:
        name = self.cleaned_data["channel"].strip().removeprefix("#")
        if name:
            rows = Conversation.objects.exclude(kind=Kind.DIRECT).filter(name__iexact=name)
            self.conversation = rows.order_by("created_at").first()
            if self.conversation is None:
                raise forms.ValidationError(_("There is no channel with this name."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        asked = [self.conversation, data.get("permission"), data.get("thing")]
        if not self.errors and len([each for each in asked if each]) != 1:
            raise forms.ValidationError(
                _("Choose one of these: a channel, something to do, or something to look after.")
            )
        return data


def explain_page(request: HttpRequest) -> HttpResponse:
    """Ask, and read the answer below."""
    actor = actor_for(request.user)  # type: ignore[arg-type]
    if not actor.may(Permission.ACCESS_EXPLAIN):
        raise PermissionDenied
    form = QuestionForm(request.GET if "person" in request.GET else None)
    found: Explanation | None = None
    if form.is_bound and form.is_valid():
        try:
            found = _answer(actor, form)
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {
        **admin.site.each_context(request),
        "title": _("Why can somebody see or do this?"),
        "form": form,
        "found": found,
    }
    return TemplateResponse(request, "messaging/explain.html", context)


def _answer(actor: Any, form: QuestionForm) -> Explanation:
    if form.conversation is not None:
        return selectors.explain_conversation(
            actor, user_id=form.user.id, conversation_id=form.conversation.id
        )
    if form.cleaned_data["thing"]:
        kind, _colon, id_ = form.cleaned_data["thing"].partition(":")
        return selectors.explain_object(actor, user_id=form.user.id, kind=kind, object_id=UUID(id_))
    return selectors.explain_permission(
        actor, user_id=form.user.id, permission=form.cleaned_data["permission"]
    )
