"""Operations for migrations, which run in tenants that are at work and in tenants that are made.

A migration that is not atomic may be killed between two of its operations, and is then done again
from the first: `AddIndexMeanwhile`, `AddUniqueMeanwhile`, `AddFieldOnce` and `RemoveConstraintOnce`
find what they have done before.
"""

from abc import ABC, abstractmethod

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, Model, UniqueConstraint


class AddIndexMeanwhile(AddIndexConcurrently):
    """Adds an index while people go on writing; its migration says `atomic = False`.

    A tenant is made in one transaction, in which nothing can be done concurrently, and in which
    nobody else writes: there it is an ordinary index. What an attempt left that was killed, an
    index by halves, is dropped by the next one.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.in_atomic_block:
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop_what_is_left(schema_editor, self.index.name)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.in_atomic_block:
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
        else:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddUniqueMeanwhile(AddConstraint):
    """Adds a plain unique constraint while people go on writing; the migration is not atomic.

    Its index is built beside the writing, and only then becomes the constraint's. What an attempt
    left behind that found a value twice is dropped by the next one.
    """

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.in_atomic_block:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        assert isinstance(self.constraint, UniqueConstraint)
        quote = schema_editor.quote_name
        name, table = quote(self.constraint.name), quote(model._meta.db_table)
        if self.constraint.name in _constraints(schema_editor, model):
            return
        fields = [model._meta.get_field(field).column for field in self.constraint.fields]
        _drop_what_is_left(schema_editor, self.constraint.name)
        schema_editor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({', '.join(map(quote, fields))})",
            params=None,
        )
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}", params=None
        )


class _Once(Operation, ABC):
    """Does nothing where it has been done already; for migrations that are not atomic."""

    model_name: str

    @abstractmethod
    def is_done(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> bool:
        """Whether an earlier run has done it to this schema."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if not self.is_done(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveConstraintOnce(_Once, RemoveConstraint):
    """Removes a constraint, unless it is gone already."""

    def is_done(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> bool:
        return self.name not in _constraints(schema_editor, model)


class AddFieldOnce(_Once, AddField):
    """Adds a field, unless it is there already."""

    def is_done(self, schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> bool:
        introspection = schema_editor.connection.introspection
        with schema_editor.connection.cursor() as cursor:
            there = introspection.get_table_description(cursor, model._meta.db_table)
        field = model._meta.get_field(self.name)
        assert isinstance(field, Field)
        return field.column in {column.name for column in there}


def _constraints(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> set[str]:
    """The names of a table's constraints; an index by itself is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s)",
            [schema_editor.quote_name(model._meta.db_table)],
        )
        return {name for (name,) in cursor.fetchall()}


def _drop_what_is_left(schema_editor: BaseDatabaseSchemaEditor, index: str) -> None:
    name = schema_editor.quote_name(index)
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
