"""Text that is the same whatever its case, found by the index on `lower(…)` that keeps it unique.

Django compares by `email = …` or `UPPER(email) = UPPER(…)`. Neither goes by such an index, so that
finding one person read everybody, and only the second finds what was written in other capitals.
"""

from typing import Any

from django.db import models


class _Same(models.Lookup):
    """`exact` and `iexact` alike."""

    lookup_name = "exact"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"LOWER({left}) = LOWER(({right})::text)", (*left_params, *right_params)


class _Caseless:
    """The column is as before, so migrations keep the plain field's name."""

    def deconstruct(self) -> tuple[Any, ...]:
        name, _path, args, options = super().deconstruct()  # pyright: ignore
        return name, f"django.db.models.{self.plain}", args, options

    plain: str


class CaselessCharField(_Caseless, models.CharField):
    """A name of which `Kim` and `kim` are one. Keep it unique by `Lower(…)`, or it has no index."""

    plain = "CharField"


class CaselessEmailField(_Caseless, models.EmailField):
    """An address of which `Kim@corp.example` and `kim@corp.example` are one; see above."""

    plain = "EmailField"


for _field in (CaselessCharField, CaselessEmailField):
    for _lookup in ("exact", "iexact"):
        _field.register_lookup(_Same, _lookup)
