"""The form that asks for an organisation."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.slugs import LONGEST


class SignupForm(forms.Form):
    """Fields only; what they may hold is for `tenants.signup` to say."""

    # Made with the form: a form that is sent twice asks for one organisation.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("Organisation"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    owner_name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    owner_email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, and not a common password."),
    )

    def values(self) -> dict:
        """The fields as `tenants.signup.request_signup` takes them."""
        values = dict(self.cleaned_data)
        values["id_"] = values.pop("key")
        return values

    def refuse(self, field: str, message: str) -> None:
        """Show a refusal at its field."""
        self.add_error(field if field in self.fields else None, message)


class RetryForm(forms.Form):
    """Another address for an organisation that could not be made."""

    slug = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
