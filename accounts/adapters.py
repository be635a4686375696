"""How people get in: accounts are opened by an administrator, never by the visitor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Sign-in without open registration: every account answers for somebody's public money."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "This user name and password do not belong together. Check capital letters and try again; "
            "after several failures sign-in pauses for a while."
        ),
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, then try again."),
        "account_inactive": _("This account is closed. The administrator of your park can open it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
