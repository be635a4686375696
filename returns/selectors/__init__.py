"""Reads of the returns app. ``open_reviews`` and ``returns_to_file`` are for other apps' lists."""

from returns.selectors.figures import Figure, PeerValue, figures_of, peers_of
from returns.selectors.lines import (
    LineView,
    as_data,
    entries_of,
    figures_for,
    line_views,
    stored_lines,
    views_of,
    with_evidence,
    words_of,
)
from returns.selectors.lists import (
    closed_by,
    due_returns,
    duties_missing,
    editions_of,
    is_late,
    local_day,
    open_reviews,
    return_of,
    return_title,
    returns_to_file,
    waiting_reviews,
)
from returns.selectors.registry import Computed, from_records, register_source
from returns.selectors.reviews import Reviewable, lines_to_look_at, waiting_together

__all__ = [
    "Computed",
    "Figure",
    "LineView",
    "PeerValue",
    "Reviewable",
    "as_data",
    "closed_by",
    "due_returns",
    "duties_missing",
    "editions_of",
    "entries_of",
    "figures_for",
    "figures_of",
    "from_records",
    "is_late",
    "line_views",
    "lines_to_look_at",
    "local_day",
    "open_reviews",
    "peers_of",
    "register_source",
    "return_of",
    "return_title",
    "returns_to_file",
    "stored_lines",
    "views_of",
    "waiting_reviews",
    "waiting_together",
    "with_evidence",
    "words_of",
]
