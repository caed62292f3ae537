"""What is on record can be neither changed nor deleted: by the ORM, by SQL, through the admin."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from elections.models import Offer, User
from elections.models.append_only import APPEND_ONLY_TABLES, drop_triggers
from elections.services.groups import LAW_DEPARTMENT
from tests.admin.people import make_staff, signed_in
from tests.admin.record import make_rows
from tests.admin.walking import addresses

MODELS = [model for model in apps.get_models() if model._meta.db_table in APPEND_ONLY_TABLES]


@pytest.fixture
def record(offer: Offer) -> dict[str, int]:
    """A row in every append-only table."""
    return make_rows(make_staff("law@example.com", "Lou Law", LAW_DEPARTMENT))


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row on record, with every column."""
    return {m._meta.db_table: list(m.objects.order_by("pk").values_list()) for m in MODELS}


def a_column(model: type[models.Model]) -> str:
    """A plain column to write over."""
    fields = model._meta.concrete_fields
    return next(f.name for f in fields if not f.primary_key and not f.is_relation)


def attempts(model: type[models.Model]) -> dict[str, Callable[[], object]]:
    """Every way in which the ORM changes or deletes."""
    row, name = model.objects.order_by("pk").first(), a_column(model)
    assert row is not None
    same = {name: getattr(row, name)}
    return {
        "save": row.save,
        "save of one column": lambda: row.save(update_fields=[name]),
        "delete": row.delete,
        "update": lambda: model.objects.filter(pk=row.pk).update(**same),
        "bulk_update": lambda: model.objects.bulk_update([row], [name]),
        "delete of many": lambda: model.objects.all()._raw_delete(using="default"),
        "update_or_create": lambda: model.objects.update_or_create(pk=row.pk, defaults=same),
        "bulk_create over it": lambda: model.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=[name]
        ),
    }


def test_every_append_only_table_is_tried() -> None:
    assert {model._meta.db_table for model in MODELS} == set(APPEND_ONLY_TABLES)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_orm_can_neither_change_nor_delete_a_row(
    record: dict[str, int], model: type[models.Model]
) -> None:
    before = everything()

    for attempt in attempts(model).values():
        # A row that others lean on is protected before the database is even asked.
        with pytest.raises((DatabaseError, models.ProtectedError)), transaction.atomic():
            attempt()

    assert everything() == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_sql_of_the_applications_own_user_can_do_neither(
    record: dict[str, int], model: type[models.Model]
) -> None:
    before, table = everything(), model._meta.db_table
    column = model._meta.get_field(a_column(model)).column

    for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)

    assert everything() == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_without_the_triggers_the_orm_would_change_a_row(
    record: dict[str, int], model: type[models.Model]
) -> None:
    drop_triggers(connection, [model._meta.db_table])

    attempts(model)["update"]()
    attempts(model)["save"]()


def test_no_post_to_any_address_of_the_admin_changes_or_deletes_a_row_on_record(
    record: dict[str, int],
) -> None:
    """As a superuser, with all that Django's own forms would send; rows may be added."""
    browser = signed_in(User.objects.create_superuser("root@example.com"))
    before = everything()

    for name, route in addresses():
        if name in ("logout", "login"):
            continue
        found = re.search(r"([a-z]+)/<", route)
        key = record.get(found[1]) if found else None
        address = re.sub("<[^>]+>", str(key or record["submission"]), route)
        post_everything(browser, f"/admin/{address}", key)

    after = everything()
    for table, rows in before.items():
        assert after[table][: len(rows)] == rows, table


def post_everything(browser: Client, address: str, key: int | None) -> None:
    """A confirmation of a deletion, an action on a list, and a changed form."""
    chosen = {"action": "delete_selected", "_selected_action": key or 1}
    for sent in ({"post": "yes"}, {"post": "yes", **chosen}, {"reason": "Changed", "_save": "1"}):
        assert browser.post(address, sent).status_code < 500, address


def test_no_page_of_an_append_only_model_can_be_registered_as_changeable(db: None) -> None:
    """Whichever of them the admin shows, it shows for looking."""
    for model in MODELS:
        if admin.site.is_registered(model):
            page = admin.site.get_model_admin(model)
            assert not page.actions, model
            assert not page.has_change_permission(None), model
            assert not page.has_delete_permission(None), model
