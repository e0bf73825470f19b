from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        """Fill the ports of the floor below."""
        from accounts.people.services import make_owner
        from tenants.hooks import makes_owner

        makes_owner(make_owner)
