from collections import defaultdict

import psycopg2.errors

from odoo import api, models
from odoo.tools import SQL

from ..tools import owner_rules

#: How long saving a customer waits for others who save under the same rule.
PATIENCE = "3s"


class CrmOwnerTurn(models.AbstractModel):
    """Whose turn it is, exactly, however many create customers at once.

    A counter would be wrong in each of the usual ways: on a row it makes parallel
    transactions fail (REPEATABLE READ), as a sequence it loses the turns of
    transactions that are rolled back. So the log itself is the counter, which commits
    or vanishes together with the customers, and a lock per rule is held from the draw
    to the end of the transaction. Whoever has the lock sees all turns that count: those
    of others are committed, hence visible to a fresh connection, and his own.
    """

    _name = "crm.owner.turn"
    _description = "Turns of Owner Rules"

    @api.model
    def _draw(self, wanted, *, patient=False):
        """Give each of some customers to the next one of a rule's team.

        :param wanted: per customer, the rule and the company that its owner needs.
        :param bool patient: wait as long as it takes, as a job may.
        :return: per customer a pair: user id or None, and number of the turn; no
            number when the leader stands in. None instead of all pairs when others
            hold the lock for too long.
        """
        rules = {rule.id: rule for rule, _company in wanted}
        if not self._lock(sorted(rules), patient):
            return None
        teams = self.env["crm.team"].browse({rule.team_id for rule in rules.values()})
        present = self._present_members(teams)
        leaders = self._leaders(teams)
        last = self._last_turns(list(rules))
        positions = defaultdict(list)
        for position, (rule, _company) in enumerate(wanted):
            positions[rule.id].append(position)

        drawn = [(None, None)] * len(wanted)
        for rule_id, places in positions.items():
            turn, last_user = last.get(rule_id, (0, None))
            team_id = rules[rule_id].team_id
            people = [
                tuple(
                    user_id
                    for user_id, companies in present[team_id]
                    if wanted[place][1] in companies
                )
                for place in places
            ]
            for place, user_id in zip(
                places, owner_rules.in_turn(people, last_user), strict=True
            ):
                if user_id:
                    turn += 1
                    drawn[place] = (user_id, turn)
                elif wanted[place][1] in leaders[team_id][1]:
                    drawn[place] = (leaders[team_id][0], None)
        return drawn

    @api.model
    def _present_members(self, teams):
        """Team id -> ascending pairs of user id and companies, of those who are there.

        Archived members and users and those absent today are left out.
        """
        today = self.env.company._shop_today()
        members = self.env["crm.team.member"].search(
            [
                ("active", "=", True),  # whatever the context of the caller says
                ("crm_team_id", "in", teams.ids),
                ("user_id.active", "=", True),
            ]
        )
        absent = self.env["crm.owner.absence"]._absent_users(today)
        present = defaultdict(list)
        for member in members.sorted(lambda member: member.user_id.id):
            if member.user_id not in absent:
                companies = frozenset(member.user_id.company_ids.ids)
                present[member.crm_team_id.id].append((member.user_id.id, companies))
        return present

    @api.model
    def _leaders(self, teams):
        """Team id -> user id and companies of the leader, nobody if archived."""
        return {
            team.id: (team.user_id.id, frozenset(team.user_id.company_ids.ids))
            if team.user_id.active
            else (None, frozenset())
            for team in teams
        }

    @api.model
    def _lock(self, rule_ids, patient):
        """Have the turns of some rules for this transaction; always in one order."""
        lock = SQL(
            """
            SELECT pg_advisory_xact_lock('crm_owner_rule'::regclass::oid::int, id)
              FROM (SELECT unnest(%s) AS id ORDER BY 1 OFFSET 0) AS rules
            """,
            rule_ids,
        )
        cr = self.env.cr
        if patient:
            cr.execute(lock)
            return True
        try:
            with cr.savepoint(flush=False):
                cr.execute(SQL("SET LOCAL lock_timeout = %s", PATIENCE))
                cr.execute(lock, log_exceptions=False)
                cr.execute("SET LOCAL lock_timeout TO DEFAULT")
        except psycopg2.errors.LockNotAvailable:
            return False
        return True

    @api.model
    def _last_turns(self, rule_ids):
        """Rule id -> number of the last turn, and who had it.

        This transaction's snapshot is older than the lock, so that what others have
        committed since is read by a transaction of its own.
        """
        query = SQL(
            """
            SELECT rules.id, last.turn, last.to_user_id
              FROM unnest(%s) AS rules(id)
             CROSS JOIN LATERAL (
                   SELECT turn, to_user_id
                     FROM crm_owner_log
                    WHERE rule_id = rules.id AND turn IS NOT NULL
                    ORDER BY turn DESC
                    LIMIT 1) AS last
            """,
            rule_ids,
        )
        found = self.env.execute_query(query)
        if self.env.registry.ready:  # else nobody works, and the log may not be there
            with self.env.registry.cursor() as cr:
                cr.execute(query)
                found += cr.fetchall()
        last = {}
        for rule_id, turn, user_id in found:
            if turn > last.get(rule_id, (0, None))[0]:
                last[rule_id] = (turn, user_id)
        return last
