"""Telephone numbers and addresses, as those see them who may read a record but not work with it."""


def masked(value: str) -> str:
    """``13800001234`` → ``138****1234``, ``li@example.com`` → ``l***@example.com``, ``abc`` → ``a***``."""
    if not value:
        return ""
    name, at, host = value.rpartition("@")
    if at:
        return f"{name[:1]}***@{host}"
    bare = value.replace(" ", "")
    return f"{bare[:3]}****{bare[-4:]}" if len(bare) >= 8 else f"{bare[:1]}***"
