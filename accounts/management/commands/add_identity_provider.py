"""`manage.py add_identity_provider`: people sign in by SAML or OpenID Connect."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.sso import addresses, services
from accounts.sso.models import Kind, State
from core.actor import system_actor
from core.commands import SEEN_BY_OTHERS, ChanceryCommand
from core.errors import Invalid
from tenants.context import in_tenant
from tenants.selectors import existing_slug

_TRUTHS = {"true": True, "false": False}


class Command(ChanceryCommand):
    help = (
        "Add an identity provider to an organisation and switch it on. Prints the addresses to"
        " hand over to it."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--kind", required=True, choices=Kind.values)
        parser.add_argument("--slug", required=True, help="stands in the addresses, such as okta")
        parser.add_argument("--name", default="", help="people read it on the button")
        parser.add_argument(
            "--metadata",
            default="",
            metavar="FILE|URL",
            help="SAML metadata, or the OpenID Connect discovery document or issuer",
        )
        parser.add_argument("--issuer", default="", help="entity ID or issuer, without metadata")
        parser.add_argument("--sso-url", default="", help="SAML sign-on address, without metadata")
        parser.add_argument("--slo-url", default="", help="SAML logout address, without metadata")
        parser.add_argument(
            "--certificate", action="append", default=[], metavar="FILE", help="PEM, repeatable"
        )
        parser.add_argument("--client-id", default="")
        parser.add_argument(
            "--client-secret", default="", help=f"better --client-secret-file; {SEEN_BY_OTHERS}"
        )
        parser.add_argument(
            "--client-secret-file", default="", metavar="FILE", help="/dev/stdin for standard input"
        )
        parser.add_argument("--scopes", default="", help="default: openid email profile")
        parser.add_argument(
            "--domain", action="append", default=[], help="e-mail domain to send here, repeatable"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=ATTRIBUTE",
            help="email, name, given_name, family_name, locale, groups or subject; repeatable",
        )
        parser.add_argument(
            "--grant",
            action="append",
            default=[],
            metavar="GROUP=ROLE",
            help="role of members of a group of the provider: admin, member, guest; repeatable",
        )
        parser.add_argument(
            "--option",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="such as idp_initiated=true or clock_skew_s=30, repeatable",
        )
        parser.add_argument("--draft", action="store_true", help="do not switch it on yet")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        with in_tenant(slug):
            actor = system_actor(slug)
            provider = services.add_provider(
                actor,
                kind=options["kind"],
                slug=options["slug"],
                name=options["name"],
                **_source(options["metadata"]),
                issuer=options["issuer"],
                trust=_particulars(options),
                secret=_secret(options),
                mapping=_pairs(options["map"], "map"),
                grants=[
                    {"value": value, "role": role}
                    for value, role in _pairs(options["grant"], "grant").items()
                ],
                options=_options(options["option"]),
                domains=options["domain"],
            )
            if not options["draft"]:
                provider = services.switch(actor, provider_id=provider.id, state=State.ON)
            where = addresses.of(provider)
        told = {"login": where.login, "metadata": where.metadata, "entity_id": where.entity_id}
        told |= {"acs": where.acs, "sls": where.sls, "callback": where.callback}
        told |= {"signed_out": where.signed_out, "back_channel": where.back_channel}
        return {
            "id": str(provider.id),
            "tenant": slug,
            "kind": provider.kind,
            "slug": provider.slug,
            "state": provider.state,
            "issuer": provider.issuer,
            **{name: value for name, value in told.items() if value},
        }

    def words(self, result: dict[str, Any]) -> str:
        lines = [f"{result['slug']} in {result['tenant']}: {result['state']}"]
        lines += [f"  {name}: {value}" for name, value in result.items() if name != "tenant"]
        return "\n".join(lines)


def _source(given: str) -> dict[str, str]:
    if not given:
        return {}
    if given.startswith(("http://", "https://")):
        return {"metadata_url": given}
    return {"metadata": _read(given, "metadata")}


def _read(name: str, field: str) -> str:
    try:
        return Path(name).read_text()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Invalid.field(field, _("This file cannot be read.")) from wrong


def _secret(options: dict[str, Any]) -> str:
    if options["client_secret_file"]:
        return _read(options["client_secret_file"], "client-secret-file").strip()
    return options["client_secret"]


def _particulars(options: dict[str, Any]) -> dict[str, Any]:
    names = ("client_id", "scopes") if options["kind"] == Kind.OIDC else ("sso_url", "slo_url")
    given: dict[str, Any] = {name: options[name] for name in names if options[name]}
    if options["certificate"]:
        given["certificates"] = [_read(each, "certificate") for each in options["certificate"]]
    return given


def _options(given: list[str]) -> dict[str, Any]:
    """Options as the API takes them: what reads as true, false or a number is one."""
    pairs = _pairs(given, "option")
    return {
        name: int(value) if value.isdecimal() else _TRUTHS.get(value.lower(), value)
        for name, value in pairs.items()
    }


def _pairs(given: list[str], field: str) -> dict[str, str]:
    pairs = {}
    for each in given:
        name, equals, value = each.rpartition("=") if field == "grant" else each.partition("=")
        if not equals:
            raise Invalid.field(field, _("Write it as NAME=VALUE."))
        pairs[name.strip()] = value.strip()
    return pairs
