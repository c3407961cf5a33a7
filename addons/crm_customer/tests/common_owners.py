"""What the tests of owners share: a team, sources, rules."""

from odoo.fields import Command

from .common import USER, CustomerCase

MEMBERS = ("member_0", "member_1", "member_2")


class OwnerCase(CustomerCase):
    """A team of three telesales; rules are written by the manager."""

    apart = True
    staff = CustomerCase.staff | dict.fromkeys(MEMBERS, USER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.superuser_env
        env["crm.owner.rule"].search([]).active = False  # those of the demo shop
        cls.members = env["res.users"].concat(
            *(getattr(cls, login) for login in MEMBERS)
        )
        cls.team = cls._make_team("Team", cls.members)
        Source = env["utm.source"]
        cls.facebook = Source.create(
            {"name": "FB of tests", "code": "fb_of_tests", "page_id": "1001"}
        )
        cls.zalo = Source.create({"name": "Zalo of tests", "code": "zalo_of_tests"})
        cls.Rule = cls.env["crm.owner.rule"].with_user(cls.manager)
        cls.Log = cls.env["crm.owner.log"]

    @classmethod
    def _make_team(cls, name, users, **vals):
        team = cls.superuser_env["crm.team"].create(
            {"name": name, "company_id": cls.company.id, "user_id": False, **vals}
        )
        cls.superuser_env["crm.team.member"].create(
            [{"crm_team_id": team.id, "user_id": user.id} for user in users]
        )
        return team

    def make_rule(self, *conditions, to=None, event="created", **vals):
        """A rule; conditions are triples of attribute, operator and values."""
        to = to or self.members[0]
        fields = {
            "source": "source_ids",
            "page": "page_ids",
            "created_by": "user_ids",
            "updated_by": "user_ids",
            "group": "group_ids",
        }
        target = (
            {"assign_to": "team", "team_id": to.id}
            if to._name == "crm.team"
            else {"assign_to": "user", "user_id": to.id}
        )
        return self.Rule.create(
            {
                "name": "Rule",
                "event": event,
                "condition_ids": [
                    Command.create(
                        {
                            "attribute": attribute,
                            "operator": operator,
                            fields[attribute]: [Command.set(values.ids)],
                        }
                    )
                    for attribute, operator, values in conditions
                ],
                **target,
                **vals,
            }
        )

    def make_customers(self, count, **vals):
        return self.Partner.create(
            [{"name": f"Khách {number}", **vals} for number in range(count)]
        )

    def counts(self, customers):
        """How many customers each member of the team has, in the order of turns."""
        owners = customers.mapped(lambda customer: customer.user_id.id)
        return [owners.count(member.id) for member in self.members.sorted("id")]

    def assertLogged(self, customer, *expected):
        """The reasons in a customer's log, the oldest first."""
        logs = self.Log.search([("partner_id", "=", customer.id)], order="id")
        self.assertEqual(logs.mapped("reason"), list(expected))
        return logs
