"""What the tests of customer groups share."""

from datetime import datetime

from odoo.fields import Command

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import CustomerCase


class GroupCase(CustomerCase):
    """Tests act as the manager, who makes groups; customers are made as told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.act_as(cls.manager)
        cls.Group = cls.env["crm.customer.group"]
        cls.product = cls.superuser_env["product.product"].create(
            {"name": "Áo", "type": "service", "taxes_id": False}
        )

    def make_group(self, *conditions, name="Khách thân thiết", **vals):
        """A group with conditions ``(attribute, operator, {input: value})``."""
        lines = [
            Command.create(
                {"attribute": attribute, "operator": operator, **dict(*values)}
            )
            for attribute, operator, *values in conditions
        ]
        return self.Group.create({"name": name, "condition_ids": lines, **vals})

    def make_order(self, customer, amount=100_000, day=None, state="sale"):
        """A confirmed order of some day, with one line."""
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "price_unit": amount,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
            )
        )
        if state == "sale":
            order.action_confirm()
            order.date_order = day or datetime(2026, 3, 10, 3, 0)
        return order

    def refresh(self, *customers):
        """What the job does that follows a change of these customers."""
        self.env.flush_all()
        self.Partner.union(*customers).sudo()._job_refresh()
        self.env.invalidate_all()

    def in_jobs(self, change):
        """Do something and the jobs that follow from its commit."""
        with trap_jobs() as trap:
            change()
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.flush_all()
            while trap.enqueued_jobs:
                trap.perform_enqueued_jobs()
        self.env.invalidate_all()

    def members(self, group):
        """The members as the table has them."""
        return group.sudo().member_ids.partner_id

    def assertMembers(self, group, *customers):
        self.assertEqual(self.members(group), self.Partner.union(*customers).sudo())

    def log_of(self, group):
        """Who joined and left, the oldest first."""
        lines = group.sudo().log_ids.sorted("id")
        return [(line.partner_id.name, line.change, line.cause) for line in lines]
