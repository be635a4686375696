"""Settings of ``make run``: everything on this machine, demo accounts allowed, no mail leaves."""

from config.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "development only: production refuses to start without its own"
ALLOWED_HOSTS = ["*"]
DEMO_ACCOUNTS_ALLOWED = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
