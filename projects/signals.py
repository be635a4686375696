"""News that other apps may listen to, sent when the transaction has committed."""

from django.dispatch import Signal

#: A project moved. Arguments: ``project_id``, ``log_id``.
stage_changed = Signal()
