"""Whether a voucher can be used, from plain facts."""

from dataclasses import dataclass
from datetime import date

STATES = ("issued", "reserved", "used", "expired", "cancelled")


@dataclass(frozen=True)
class Facts:
    """What is known of a voucher and of who wants to use it.

    ``owner`` and ``customer`` are commercial entities; a voucher without an owner is
    anybody's. ``mine``: whoever asks holds it already; ``lapsed``: the time of another
    one's reservation is over.
    """

    state: str
    expires_on: date
    today: date
    owner: int = 0
    customer: int = 0
    same_company: bool = True
    running: bool = True
    mine: bool = False
    lapsed: bool = False


def refusal(facts):
    """Why the voucher can't be used, as a word; None when it can be.

    People are told the same whatever the word is: a guesser learns nothing. Managers
    read the word in the list of attempts.
    """
    reserved = facts.state == "reserved"
    cases = (
        ("unknown", not facts.same_company),
        ("foreign", facts.owner and facts.owner != facts.customer),
        ("cancelled", facts.state == "cancelled"),
        ("used", facts.state == "used"),
        ("reserved", reserved and not facts.mine and not facts.lapsed),
        ("expired", facts.state == "expired" or facts.expires_on < facts.today),
        ("stopped", not facts.running),
    )
    return next((word for word, holds in cases if holds), None)
