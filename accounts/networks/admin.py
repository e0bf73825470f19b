"""The organisation's networks in its console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.networks.models import NetworkPolicy
from accounts.pages import sentence
from accounts.policies.models import Policy
from accounts.policies.page import PolicyAdmin
from accounts.tokens.reach import clean_networks
from core.console import Section
from core.errors import Refusal
from core.http import client_address


class NetworkForm(forms.ModelForm):
    """Networks as text; `address` is whence the form comes, set for each request."""

    address = ""
    networks = forms.CharField(
        required=False,
        max_length=3000,
        label=_("Only from these networks"),
        help_text=_(
            "Such as 192.0.2.0/24, separated by commas; empty: from everywhere. It holds for people"
            " and their tokens, not for directory sync."
        ),
    )

    class Meta:
        model = NetworkPolicy
        fields = ("networks",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["networks"] = ", ".join(self.instance.networks)

    def clean_networks(self) -> list[str]:
        try:
            named = clean_networks(self.cleaned_data["networks"].replace(",", " ").split()) or []
        except Refusal as refusal:
            raise forms.ValidationError(sentence(refusal)) from refusal
        try:
            NetworkPolicy(networks=named).check_maker(self.address)
        except Refusal as refusal:
            raise forms.ValidationError(sentence(refusal)) from refusal
        return named


class NetworkPolicyAdmin(PolicyAdmin):
    """Whoever saves it stays inside."""

    section = Section.IDENTITY
    form = NetworkForm
    lead = _("The networks from which people and programs can reach your organisation.")

    def get_form(
        self, request: HttpRequest, obj: Policy | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        return type(form.__name__, (form,), {"address": client_address(request)})


admin.site.register(NetworkPolicy, NetworkPolicyAdmin)
