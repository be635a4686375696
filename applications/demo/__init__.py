"""Demonstration: the Quanzhou review of 245 applications, and one programme with an application at each
state."""

from datetime import datetime

from applications.demo import jiangyin, quanzhou
from applications.models import Application, Meeting, Programme
from core.demo import Loaded


def load(*, at: datetime) -> list[Loaded]:
    """Told once: a programme that is there stays as it is."""
    made = [quanzhou.tell(), jiangyin.tell(at)]
    return [
        Loaded("programmes for applications", Programme.objects.count(), sum(bool(one) for one in made)),
        Loaded("applications", Application.objects.count(), sum(made)),
        Loaded("meetings that decided", Meeting.objects.count(), 1 + 2 * bool(made[1]) if any(made) else 0),
    ]
