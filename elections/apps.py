"""The portal's one Django app."""

from django.apps import AppConfig


class ElectionsConfig(AppConfig):
    """The offer, its people, and the record of what they signed."""

    name = "elections"
    verbose_name = "Stock option exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and listen for sign-ins."""
        from elections import checks, signins  # noqa: F401  (both register; they need loaded apps)
