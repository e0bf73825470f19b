"""The form people sign in with."""

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """allauth's, with the address filled in that the sign-up's last page hands over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page has the way to a new password; a link between label and field is in the way.
        self.fields["password"].help_text = ""
        if self.request is not None:
            self.initial.setdefault("login", self.request.GET.get("email", "")[:254])
        if self.initial.get("login"):
            self.fields["password"].widget.attrs["autofocus"] = True
