"""Records of contests and challenges."""

from contests.models.awards import Award, Milestone
from contests.models.bids import Bid, SealedOffer
from contests.models.challenges import Challenge, ChallengeMove, Target
from contests.models.contests import Contest, Division
from contests.models.entries import Entry
from contests.models.files import KeptFile
from contests.models.places import runs_contests
from contests.models.rounds import ContestRound, Promotion, PromotionLine

__all__ = [
    "Award",
    "Bid",
    "Challenge",
    "ChallengeMove",
    "Contest",
    "ContestRound",
    "Division",
    "Entry",
    "KeptFile",
    "Milestone",
    "Promotion",
    "PromotionLine",
    "SealedOffer",
    "Target",
    "runs_contests",
]
