"""Settings of a real installation: every secret and address comes from the environment, or nothing starts."""

from pathlib import Path

from config import env
from config.proxy import CLIENT_ADDRESS_HEADER

# Named before the base settings are read, because those have defaults for a machine of one's own.
SECRET_KEY = env.text("SECRET_KEY")
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
ALLOWED_HOSTS = [host.strip() for host in env.text("ALLOWED_HOSTS").split(",") if host.strip()]

from config.settings.base import *  # noqa: E402, F403

DEBUG = False
DEMO_ACCOUNTS_ALLOWED = False

# --- encryption on the way ----------------------------------------------------------------------
# The reverse proxy ends TLS and must set this header itself, never pass on the client's.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# Health checks come from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = env.items(
    "CSRF_TRUSTED_ORIGINS", ",".join(f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*")
)

# --- files ----------------------------------------------------------------------------------------
# Names with a digest of the content: the proxy lets browsers keep them for a year.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", "/srv/media"))

# --- mail -----------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", False)
SITE_URL = env.text("SITE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"enclave@{ALLOWED_HOSTS[0].lstrip('.')}")

# --- behind one proxy -----------------------------------------------------------------------------
# Failed sign-ins are counted by user name and the client's address, not the proxy's.
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_address"
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = CLIENT_ADDRESS_HEADER
