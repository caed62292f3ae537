"""The portal's one Django app."""

from django.apps import AppConfig


class ElectionsConfig(AppConfig):
    """The offer, its people, and the record of what they signed."""

    name = "elections"
    verbose_name = "Stock option exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from elections import checks  # noqa: F401  (registers the system check; needs loaded apps)
