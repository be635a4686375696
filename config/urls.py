"""All addresses of the system."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("core.health")),
    path("api/v1/", include("config.api_urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("config.web_urls")),
]

if settings.DEMO_ACCOUNTS_ALLOWED:
    from core.web.styleguide import styleguide

    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
