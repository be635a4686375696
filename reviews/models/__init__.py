"""Records of expert reviews."""

from reviews.models.assignments import Assignment, Score, ScoreLine
from reviews.models.base import reads_reviews, runs_reviews
from reviews.models.experts import Expert
from reviews.models.notices import Objection, PublicNotice
from reviews.models.rounds import LOOKING, Case, Criterion, ReviewRound

__all__ = [
    "LOOKING",
    "Assignment",
    "Case",
    "Criterion",
    "Expert",
    "Objection",
    "PublicNotice",
    "ReviewRound",
    "Score",
    "ScoreLine",
    "reads_reviews",
    "runs_reviews",
]
