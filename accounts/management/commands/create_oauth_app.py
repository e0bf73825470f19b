"""`manage.py create_oauth_app`: set an app up; its secret is shown this once."""

from argparse import ArgumentParser
from typing import Any

from accounts.oauth.models import GrantType, Kind
from accounts.oauth.services import create_app
from accounts.sso.addresses import site
from core.actor import system_actor
from core.commands import ChanceryCommand
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = (
        "Set up an app that uses OAuth 2.0. A confidential app's secret is the last word printed,"
        " and shown this once."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="people read it when they are asked")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.CONFIDENTIAL.value)
        parser.add_argument(
            "--redirect-uri",
            action="append",
            default=[],
            metavar="URI",
            help="https://…, or http://127.0.0.1/… for programs on people's devices; repeatable",
        )
        parser.add_argument(
            "--grant",
            action="append",
            default=[],
            choices=GrantType.values,
            help="repeatable (default: authorization_code and refresh_token)",
        )
        parser.add_argument("--scopes", default="read", help="comma-separated: read, write, admin")
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="NETWORK",
            help="its tokens are good from there alone, such as 192.0.2.0/24; repeatable",
        )

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        usual = [GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value]
        with in_tenant(slug):
            made = create_app(
                system_actor(slug),
                name=options["name"],
                kind=options["kind"],
                redirect_uris=options["redirect_uri"],
                grants=options["grant"] or usual,
                scopes=[one.strip() for one in options["scopes"].split(",") if one.strip()],
                networks=options["network"],
            )
            issuer = site()
        return {
            "tenant": slug,
            "name": made.app.name,
            "issuer": issuer,
            "client_id": made.app.client_id,
            "client_secret": made.secret,
            "account_id": None if made.app.account_id is None else str(made.app.account_id),
        }

    def words(self, result: dict[str, Any]) -> str:
        secret = result["client_secret"]
        told = f", client secret {secret}" if secret else ", no secret: it is public"
        return f"App {result['name']} at {result['issuer']}: client id {result['client_id']}{told}"
