"""What a token may do at all, before the question of whose records it may touch."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission

from core.api.problems import ScopeMissing


class HasTokenScope(BasePermission):
    """``read`` for reading, ``write`` for everything else, or what the view names in
    ``read_scope`` and ``write_scope`` (one, or several of which any will do).

    Someone signed in by the page has no token and hence no such limit.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        scopes = getattr(request.auth, "scopes", None)
        if scopes is None:
            return True
        if request.method in SAFE_METHODS:
            needed = getattr(view, "read_scope", "read")
        else:
            needed = getattr(view, "write_scope", "write")
        accepted = (needed,) if isinstance(needed, str) else needed
        if not set(accepted) & set(scopes):
            raise ScopeMissing(accepted[0])
        return True
