"""The forms in which admins describe an identity provider."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.groups.models import Group
from accounts.rows import Row, RowsField
from accounts.sso.models import IdentityProvider, Kind
from accounts.sso.schemas import Mapping, Options
from core.actor import Actor
from core.errors import Refusal

_WIDE = forms.TextInput(attrs={"class": "vTextField", "size": 80})
MOST_FILE_BYTES = 1_000_000
MOST_OFFERED = 1000
A_GROUP = "group"

MAPPED = {
    "email": _("E-mail address"),
    "name": _("Full name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "locale": _("Language"),
    "groups": _("Groups"),
    "subject": _("Identifier"),
}
SWITCHES = {
    "creates_people": _("Add people who sign in for the first time"),
    "keeps_people_in_step": _("Keep names and roles as the provider has them"),
    "idp_initiated": _("The provider may start a sign-in by itself (less safe)"),
    "needs_signed_response": _("The whole response must be signed, too"),
    "needs_encryption": _("Assertions must be encrypted"),
    "single_logout": _("Sign out here and there together"),
    "signs_requests": _("Sign our requests"),
    "userinfo": _("Ask for more about the person (userinfo)"),
}
SAML_ONLY = ("idp_initiated", "needs_signed_response", "needs_encryption", "signs_requests")


class ProviderForm(forms.ModelForm):
    """What both forms share: where the provider describes itself, or its particulars."""

    actor: Actor

    name = forms.CharField(
        max_length=80,
        label=_("Name"),
        help_text=_("People read it on the button: Continue with …"),
    )
    metadata_url = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Address of its metadata or discovery document"),
        widget=_WIDE,
        help_text=_(
            "The quickest way. For OpenID Connect the issuer's address will do. It is read again"
            " each day, until you give particulars by hand."
        ),
    )
    metadata_file = forms.FileField(required=False, label=_("… or its metadata as a file"))
    issuer = forms.CharField(
        required=False,
        max_length=1000,
        label=_("… or by hand: entity ID (SAML) or issuer (OpenID Connect)"),
        widget=_WIDE,
    )
    sso_url = forms.CharField(required=False, label=_("Sign-on address (SAML)"), widget=_WIDE)
    slo_url = forms.CharField(required=False, label=_("Logout address (SAML)"), widget=_WIDE)
    certificates = forms.CharField(
        required=False,
        label=_("Certificates (SAML)"),
        widget=forms.Textarea(attrs={"rows": 6, "cols": 70, "spellcheck": "false"}),
        help_text=_("PEM. Several, one after the other, while the provider changes over."),
    )
    client_id = forms.CharField(
        required=False,
        max_length=255,
        label=_("Client ID (OpenID Connect)"),
        widget=_WIDE,
        help_text=_("Let the provider sign its ID tokens (RS256), and not encrypt them (JWE)."),
    )
    secret = forms.CharField(
        required=False,
        max_length=2000,
        strip=True,
        label=_("Client secret (OpenID Connect)"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text=_("Kept encrypted, and never shown again. Empty leaves it as it is."),
    )

    class Meta:
        model = IdentityProvider
        fields = ("name",)

    def clean_metadata_file(self) -> str:
        """The file's text."""
        file = self.cleaned_data.get("metadata_file")
        if not file:
            return ""
        if file.size > MOST_FILE_BYTES:
            raise forms.ValidationError(_("Metadata may have at most 1 MB."))
        return file.read().decode("utf-8", "replace")

    def clean_certificates(self) -> list[str]:
        """One text for each certificate."""
        text = self.cleaned_data.get("certificates", "")
        parts = [part.strip() for part in text.split("-----END CERTIFICATE-----")]
        return [part for part in parts if part]

    def particulars(self) -> dict[str, Any]:
        """The trust as the fields have it, without those left empty."""
        names = ("client_id",) if self.kind() == Kind.OIDC else ("sso_url", "slo_url")
        given = {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}
        if self.kind() == Kind.SAML and self.cleaned_data.get("certificates"):
            given["certificates"] = self.cleaned_data["certificates"]
        return given

    def kind(self) -> str:
        """The protocol that the form is about."""
        return self.cleaned_data.get("kind") or self.instance.kind

    def show(self, refusal: Refusal) -> None:
        """Say at its field why something was refused."""
        places = {"metadata": "metadata_file", "trust": "issuer"}
        for error in refusal.errors:
            head = error.field.partition(".")[0]
            place = error.field if error.field in self.fields else places.get(head, head)
            self.add_error(place if place in self.fields else None, str(error.message))
        if not refusal.errors:
            self.add_error(None, str(refusal.detail or refusal.title))


class NewProviderForm(ProviderForm):
    """A provider that is not here yet."""

    class Meta(ProviderForm.Meta):
        fields = ("kind", "name", "slug")
        help_texts = {
            "slug": _("Appears in the addresses you give the provider, such as okta."),
        }


class ChangedProviderForm(ProviderForm):
    """A provider that is here: its trust, its mapping, its rules."""

    domains = forms.CharField(
        required=False,
        label=_("E-mail domains"),
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=_(
            "People with these addresses are sent here, and their accounts may be"
            " linked, once the domain is proved. One per line."
        ),
    )
    grants = RowsField(
        heads=(_("Group at the provider"), _("What its people get here"), _("Group here")),
        choices=[
            ("admin", _("Role: admin")),
            ("member", _("Role: member")),
            ("guest", _("Role: guest")),
            (A_GROUP, _("A group, named beside")),
        ],
        label=_("Groups of the provider"),
        help_text=_(
            "If several apply, the highest role counts; whoever leaves the group loses"
            " what it gave."
        ),
    )
    default_role = forms.ChoiceField(
        choices=[("member", _("Member")), ("guest", _("Guest"))], label=_("Role of new people")
    )
    clock_skew_s = forms.IntegerField(
        min_value=0,
        max_value=300,
        label=_("Tolerated difference of clocks in seconds"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.instance
        trust, rules, names = provider.trust, provider.rules, provider.claims
        for name, label in MAPPED.items():
            self.fields[f"map_{name}"] = forms.CharField(
                required=False,
                max_length=255,
                label=label,
                initial=getattr(names, name),
                widget=_WIDE,
            )
        for name, words in SWITCHES.items():
            if provider.kind == Kind.OIDC and name in SAML_ONLY:
                continue
            if provider.kind == Kind.SAML and name == "userinfo":
                continue
            self.fields[f"rule_{name}"] = forms.BooleanField(
                required=False, label=words, initial=getattr(rules, name)
            )
        self.initial |= {
            "name": provider.name,
            "metadata_url": provider.metadata_url,
            "issuer": provider.issuer,
            "sso_url": trust.get("sso_url", ""),
            "slo_url": trust.get("slo_url", ""),
            "certificates": "\n".join(trust.get("certificates", [])),
            "client_id": trust.get("client_id", ""),
            "domains": "\n".join(provider.domains),
            "grants": self._rows(),
            "default_role": rules.default_role,
            "clock_skew_s": rules.clock_skew_s,
        }
        groups = Group.objects.order_by("name").values_list("name", flat=True)
        self.fields["grants"].widget.names = groups[:MOST_OFFERED]
        away = (
            ("sso_url", "slo_url", "certificates")
            if provider.kind == Kind.OIDC
            else ("client_id", "secret")
        )
        for name in away:
            del self.fields[name]

    def _rows(self) -> list[Row]:
        names = dict(Group.objects.values_list("id", "name"))
        rows: list[Row] = []
        for grant in self.instance.granted:
            if grant.role:
                rows.append((grant.value, grant.role, ""))
            if grant.group_id:
                rows.append((grant.value, A_GROUP, names.get(grant.group_id, "?")))
        return rows

    def clean_domains(self) -> list[str]:
        """One domain for each line."""
        return self.cleaned_data["domains"].split()

    def clean_grants(self) -> list[dict[str, Any]]:
        """One rule for each row."""
        found = []
        for value, choice, name in self.cleaned_data["grants"]:
            if choice != A_GROUP:
                found.append({"value": value, "role": choice})
                continue
            group = Group.objects.filter(name__iexact=name).first() if name.isprintable() else None
            if group is None:
                words = _("There is no group %(name)s here.")
                raise forms.ValidationError(words % {"name": name[:80]})
            found.append({"value": value, "group_id": str(group.id)})
        return found

    def changes(self) -> dict[str, Any]:
        """What was changed, as `services.change_provider` takes it."""
        data, provider = self.cleaned_data, self.instance
        changes: dict[str, Any] = {
            "name": data["name"],
            "domains": data["domains"],
            "grants": data["grants"],
            "mapping": Mapping(**{name: data[f"map_{name}"] for name in MAPPED}).model_dump(),
            "options": Options.model_validate(
                provider.options
                | {name: data[f"rule_{name}"] for name in SWITCHES if f"rule_{name}" in self.fields}
                | {"default_role": data["default_role"], "clock_skew_s": data["clock_skew_s"]}
            ).model_dump(),
        }
        if data.get("secret"):
            changes["secret"] = data["secret"]
        touched = set(self.changed_data)
        if data.get("metadata_file"):
            changes["metadata"] = data["metadata_file"]
        elif "metadata_url" in touched and data["metadata_url"]:
            changes["metadata_url"] = data["metadata_url"]
        elif touched & {"issuer", "sso_url", "slo_url", "certificates", "client_id"}:
            changes["issuer"] = data["issuer"]
            changes["trust"] = self.particulars()
        return changes
