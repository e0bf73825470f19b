"""Branding in the organisation's console."""

import base64
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.branding.models import MOST_LOGO_BYTES, Branding
from accounts.policies.page import PolicyAdmin
from core.console import Section


class LogoInput(forms.ClearableFileInput):
    """A file on the first page of the form; on the second it travels as text."""

    template_name = "django/forms/widgets/file.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name) or data.get(name, "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and name not in files


class LogoField(forms.CharField):
    """Base64 of the file that was chosen; nothing chosen keeps what is there."""

    widget = LogoInput

    def to_python(self, value: Any) -> str:
        if isinstance(value, UploadedFile):
            return base64.b64encode(value.read(MOST_LOGO_BYTES + 1)).decode()
        return super().to_python(value)


class BrandingForm(forms.ModelForm):
    """Name and colour as text, the logo as a file."""

    logo = LogoField(
        required=False, label=_("Logo"), help_text=_("PNG, JPEG or GIF, at most 100 kB.")
    )
    no_logo = forms.BooleanField(required=False, label=_("Take the logo away"))

    class Meta:
        model = Branding
        fields = ("name", "colour", "logo")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.pop("no_logo", False):
            data["logo"] = ""
        elif not data.get("logo"):
            data["logo"] = self.initial.get("logo", "")
        elif isinstance(self.files.get("logo"), UploadedFile):
            # The second page carries it on as text.
            self.data = self.data.copy()
            self.data["logo"] = data["logo"]
            self.files = {}
        return data


class BrandingAdmin(PolicyAdmin):
    """Shown before anybody signs in."""

    section = Section.IDENTITY
    form = BrandingForm
    lead = _("What people see before they sign in.")


admin.site.register(Branding, BrandingAdmin)
