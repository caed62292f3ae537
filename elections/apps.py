"""The portal's one Django app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ElectionsConfig(AppConfig):
    """The offer, its people, and the record of what they signed."""

    name = "elections"
    verbose_name = "Stock option exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, listen for sign-ins and second factors, and count tries."""
        # These register themselves, and need loaded apps.
        from elections import checks, factor_signals, limits, signins  # noqa: F401

        limits.take_over()


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with `elections.admin_site.PortalSite` as its one site."""

    default = False  # for "elections" Django takes the configuration above
    default_site = "elections.admin_site.PortalSite"
