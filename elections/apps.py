"""The portal's one Django app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class ElectionsConfig(AppConfig):
    """The offer, its people, and the record of what they signed."""

    name = "elections"
    verbose_name = "Stock option exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and listen for sign-ins and for the end of a `migrate`."""
        # They register themselves, and need loaded apps.
        from elections import checks, security_log, signins  # noqa: F401
        from elections.services.roles import renew_rights

        post_migrate.connect(renew_rights, sender=self, dispatch_uid="elections.renew_rights")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with `elections.admin_site.PortalSite` as its one site."""

    default = False  # for "elections" Django takes the configuration above
    default_site = "elections.admin_site.PortalSite"
