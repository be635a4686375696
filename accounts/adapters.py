"""How people get in: accounts are opened by an administrator, never by the visitor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Sign-in without open registration: every account answers for somebody's public money."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
