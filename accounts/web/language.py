"""Which language a page speaks."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import check_for_language, get_language_from_request

API_PREFIX = "/api/"
OFFERED = frozenset(code for code, _name in settings.LANGUAGES)


class LanguageMiddleware:
    """Pages: what the reader chose here, then the language of the account, then Chinese.

    The language of the browser is not asked: in the offices that use the system it is often English on a
    machine whose reader is not. A program says what it wants, so the REST interface follows Accept-Language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for_program = request.path_info.startswith(API_PREFIX)
        language = get_language_from_request(request) if for_program else language_of_page(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"] if for_program else ["Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response


def language_of_page(request: HttpRequest) -> str:
    """The first language that is offered of: the choice kept in the cookie, the account's, the default."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    accounts = getattr(request.user, "language", "") if not chosen else ""
    for code in (chosen, accounts):
        if code in OFFERED and check_for_language(code):
            return code
    return settings.LANGUAGE_CODE
