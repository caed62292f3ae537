"""Changes of what an account may do leave an entry in the audit log, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from elections.models.audit import Act
from elections.services.audit import record_act


class NotesRights:
    """For a ModelAdmin whose rows say who may do what; `rights` says what of a row that is.

    Django calls `log_addition` and `log_change` last, when groups and permissions are saved too.
    """

    def rights(self, row: Any) -> dict[str, Any]:
        """What `row` gives, as the database has it: plain values by their names."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save, having kept what the row gave before."""
        if change:
            before = type(obj)._default_manager.get(pk=obj.pk)
            request.rights_before = self.rights(before)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Note what a new row gives."""
        self._note(request, obj, {"new": self.rights(obj)})
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Note what a row gives now and did not before; a change of anything else is no right."""
        before = getattr(request, "rights_before", None)
        if before is None:  # the one page that does not come by `save_model`
            self._note(request, obj, {"password": "set by somebody else"})
        else:
            now = self.rights(obj)
            changed = [name for name in now if now[name] != before[name]]
            if changed:
                details = {name: {"from": before[name], "to": now[name]} for name in changed}
                self._note(request, obj, details)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def _note(self, request: HttpRequest, obj: Model, details: dict[str, Any]) -> None:
        subject = f"{obj._meta.verbose_name} {getattr(obj, 'email', obj)}"
        record_act(Act.PERMISSIONS, actor=request.user, subject=subject, details=details)


class NotesPasswords(NotesRights):
    """The same for accounts, where one person can set another's password."""

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (named by Django)
        form_url: str = "",
    ) -> HttpResponse:
        """Django's page, with the password and its entry in one transaction."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)  # type: ignore[misc]
