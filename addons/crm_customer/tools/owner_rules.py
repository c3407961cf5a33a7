"""Which rule gives a customer to whom: plain values in, a verdict per condition out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

CREATED = "created"
UPDATED = "updated"
BOTH = "both"


@dataclass(frozen=True)
class Condition:
    """A fact about the customer is one of some values (``=``), or none (``!=``)."""

    attribute: str
    operator: str
    values: frozenset[int]


@dataclass(frozen=True)
class Rule:
    """A rule as it is kept in memory."""

    id: int
    event: str
    conditions: tuple[Condition, ...] = ()
    company_id: int | None = None
    keeps_owner: bool = False
    user_id: int | None = None
    team_id: int | None = None

    @property
    def attributes(self) -> frozenset[str]:
        return frozenset(condition.attribute for condition in self.conditions)

    def listens_to(self, event: str | None) -> bool:
        """Whether an event concerns this rule; each does when none is named."""
        return event is None or self.event in (event, BOTH)


@dataclass(frozen=True)
class Facts:
    """What rules look at: a company, an owner, and a set of ids per attribute."""

    company_id: int | None = None
    owner_id: int | None = None
    values: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How a rule judges a customer, for people who ask why."""

    rule: Rule
    listens: bool
    company_fits: bool
    holds: tuple[bool, ...]

    @property
    def applies(self) -> bool:
        return self.listens and self.company_fits and all(self.holds)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition holds; what a customer lacks differs from every value.

    A condition that has lost its values never holds: a rule had better give away
    nobody than everybody.
    """
    if not condition.values:
        return False
    found = facts.values.get(condition.attribute, frozenset())
    return found.isdisjoint(condition.values) == (condition.operator == "!=")


def judge(rule: Rule, facts: Facts, event: str | None = None) -> Verdict:
    """Judge each condition, also those behind one that fails."""
    return Verdict(
        rule=rule,
        listens=rule.listens_to(event),
        company_fits=rule.company_id in (None, facts.company_id),
        holds=tuple(holds(condition, facts) for condition in rule.conditions),
    )


def first_match(
    rules: Iterable[Rule], facts: Facts, event: str | None = None
) -> Rule | None:
    """The first of some rules that applies to a customer."""
    return next((rule for rule in rules if judge(rule, facts, event).applies), None)


def in_turn(
    candidates: Sequence[Sequence[int]], last: int | None = None
) -> list[int | None]:
    """Who gets each of some customers: after the last one served, the next by id.

    Going on from a person instead of counting keeps the turn fair while people join,
    leave and are absent. Nobody catches up on what came while they were away.

    :param candidates: per customer, the ids of those who may get it, ascending.
    :param last: who got the one before.
    """
    served = []
    for people in candidates:
        chosen = next((one for one in people if last is None or one > last), None)
        if chosen is None and people:
            chosen = people[0]
        served.append(chosen)
        last = chosen or last
    return served


def spread(count: int, people: Sequence[int], offset: int = 0) -> list[int]:
    """Deal some customers out evenly; ``offset`` were dealt out before."""
    return [people[(offset + number) % len(people)] for number in range(count)]
