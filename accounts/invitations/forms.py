"""The forms on the way in: fields only, what they may hold is for the services to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class ArrivalForm(forms.Form):
    """Name, password and, where the invitation names none, the address."""

    name = forms.CharField(
        label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}), max_length=200
    )
    email = forms.CharField(
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

    def __init__(self, *args, has_address: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if has_address:
            del self.fields["email"]

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field."""
        for error in refusal.errors:
            self.add_error(error.field if error.field in self.fields else None, str(error.message))
        if not refusal.errors:
            self.add_error(None, str(refusal.detail or refusal.title))


class AskForm(forms.Form):
    """Who would like to come in."""

    name = forms.CharField(
        label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}), max_length=120
    )
    email = forms.EmailField(
        label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
