"""When a digest may go out. Pure: the clock is an argument, in the reader's own time zone."""

from datetime import datetime, time

from insight.enums import DigestRhythm

SATURDAY = 5


def may_send(local: datetime, *, rhythm: str, hour: int, quiet_from: time, quiet_until: time) -> bool:
    """Whether the digest of this day goes out now: on its day, from its hour on, outside the quiet hours.

    A worker that was down in the morning sends later the same day, but never into the quiet hours.
    """
    if rhythm == DigestRhythm.NEVER or local.weekday() >= SATURDAY:
        return False
    if rhythm == DigestRhythm.WEEKLY and local.weekday() != 0:
        return False
    return local.hour >= hour and not is_quiet(local.time(), quiet_from, quiet_until)


def is_quiet(now: time, quiet_from: time, quiet_until: time) -> bool:
    """Quiet hours may run over midnight: 20:00 to 07:30. Equal ends mean no quiet hours."""
    if quiet_from <= quiet_until:
        return quiet_from <= now < quiet_until
    return now >= quiet_from or now < quiet_until
