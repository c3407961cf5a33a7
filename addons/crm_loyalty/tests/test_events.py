"""Points for birthdays, new customers and referrals: once each."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestEvents(LoyaltyCase):
    def rule_of(self, rule_type, points):
        return self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "name": rule_type,
                "rule_type": rule_type,
                "points": points,
            }
        )

    def cron(self):
        self.admin_env["res.partner"]._cron_give_event_points()

    def test_birthday_once_a_year_and_on_29_february(self):
        self.rule_of("birthday", 50)
        self.customer.birthdate = date(1996, 2, 29)
        for moment, balance in (
            ("2027-02-27 05:00:00", 0),
            ("2027-02-28 05:00:00", 50),
            ("2027-02-28 09:00:00", 50),
            ("2027-03-01 05:00:00", 50),
            ("2028-02-28 05:00:00", 50),
            ("2028-02-29 05:00:00", 100),
        ):
            with freeze_time(moment):
                self.cron()
                self.assertEqual(self.balance(), balance, moment)
        self.assertProved()

    def test_days_without_a_job_are_made_up_for_once(self):
        rule = self.rule_of("birthday", 50)
        late = self.env["res.partner"].create(
            {"name": "Khách 28", "birthdate": date(1990, 2, 28)}
        )
        self.customer.birthdate = date(1996, 2, 29)
        gone = self.env["res.partner"].create(
            {"name": "Khách 20/1", "birthdate": date(1990, 1, 20)}
        )
        with freeze_time("2027-01-15 05:00:00"):
            self.cron()
        for _time in range(2):
            with freeze_time("2027-03-02 05:00:00"):
                self.cron()
        self.assertEqual(
            [self.balance(partner) for partner in (late, self.customer, gone)],
            [50, 50, 0],
            "A month back, no further",
        )
        # Between the years: it is last year's birthday.
        winter = self.env["res.partner"].create(
            {"name": "Khách 30/12", "birthdate": date(1990, 12, 30)}
        )
        with freeze_time("2027-12-29 05:00:00"):
            self.cron()
        rule.date_to = date(2027, 12, 31)
        with freeze_time("2028-01-03 05:00:00"):
            self.cron()
        self.assertEqual(self.balance(winter), 50, "The rule held on that day")
        line = self.card(winter).sudo().history_ids
        self.assertEqual(line.idempotency_key, f"birthday:{rule.id}:2027:{winter.id}")
        self.assertEqual(self.program.birthdays_given_on, date(2028, 1, 3))
        self.assertProved()

    def test_nobody_has_a_birthday_before_there_was_a_rule(self):
        self.customer.birthdate = date(1990, 5, 5)
        self.program.birthdays_given_on = date(2030, 5, 3)
        rule = self.rule_of("birthday", 50)
        self.env.cr.execute(
            "UPDATE loyalty_rule SET create_date = '2030-05-06' WHERE id = %s",
            (rule.id,),
        )
        rule.invalidate_recordset(["create_date"])
        with freeze_time("2030-05-07 05:00:00"):
            self.cron()
        self.assertEqual(self.balance(), 0)

    def merge(self, source, target):
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)

    def test_who_was_merged_has_one_birthday_a_year(self):
        self.rule_of("birthday", 50)
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        twin.birthdate = date(1990, 5, 5)
        self.customer.birthdate = date(1990, 5, 6)
        with freeze_time("2030-05-05 05:00:00"):
            self.cron()
        self.merge(twin, self.customer)
        with freeze_time("2030-05-06 05:00:00"):
            self.cron()
        self.assertEqual(self.balance(), 50)
        with freeze_time("2031-05-06 05:00:00"):
            self.cron()
        self.assertEqual(self.balance(), 100)

    def test_who_was_brought_is_paid_for_once_whomever_it_is_merged_with(self):
        self.rule_of("referral", 30)
        Partner = self.env["res.partner"]
        friend, twin, third = Partner.create(
            [
                {"name": f"Bạn {number}", "referred_by_id": self.customer.id}
                for number in range(3)
            ]
        )
        self.order(1, partner=friend)
        self.cron()
        self.assertEqual(self.balance(), 30)
        # The survivor has an order and a referrer, and was never paid for itself.
        self.merge(friend, twin)
        self.cron()
        self.assertEqual(self.balance(), 30)
        self.merge(twin, third)
        self.cron()
        self.assertEqual(self.balance(), 30)
        line = self.card().sudo().history_ids
        self.assertEqual(line.referred_partner_id, third)
        another = Partner.create({"name": "Chị Mai"})
        self.merge(self.customer, another)
        self.cron()
        self.assertEqual(self.balance(another), 30, "Nor does the referrer matter")
        self.assertProved()

    def test_new_customer_once(self):
        self.rule_of("signup", 20)
        new = self.env["res.partner"].create({"name": "Khách Mới"})
        self.env.flush_all()
        for _time in range(2):
            new.sudo()._refresh_membership()
            self.cron()
        self.assertEqual(self.balance(new), 20)
        self.assertProved()

    def test_referral_pays_with_the_first_order(self):
        self.rule_of("referral", 30)
        friends = self.env["res.partner"].create(
            [
                {"name": f"Bạn {number}", "referred_by_id": self.customer.id}
                for number in range(2)
            ]
        )
        self.cron()
        self.assertEqual(self.balance(), 0)
        for friend in friends:
            self.order(1, partner=friend)
            self.order(1, partner=friend)
        self.cron()
        self.cron()
        self.assertEqual(self.balance(), 60)
        self.assertProved()

    def test_nobody_brings_oneself(self):
        self.rule_of("referral", 30)
        company, other = self.env["res.partner"].create(
            [{"name": "Công ty Mây", "is_company": True}, {"name": "Bạn"}]
        )
        contact = self.env["res.partner"].create(
            {"name": "Chị Mây", "parent_id": company.id}
        )
        for referrer in (company, contact):
            with self.assertRaisesRegex(ValidationError, "by itself"):
                company.referred_by_id = referrer
        # Two that became one afterwards.
        other.referred_by_id = self.customer
        self.order(1, partner=other)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, self.customer)
        self.assertFalse(self.customer.referred_by_id)
        before = self.balance()
        self.cron()
        self.assertEqual(self.balance(), before)

    def test_a_new_customer_isnt_compared_with_all_served_ones(self):
        rule = self.rule_of("signup", 20)
        customers = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(30)]
        )
        self.env.flush_all()
        customers[1:].sudo()._refresh_membership()
        self.env.flush_all()
        self.env.invalidate_all()
        Partner = self.admin_env["res.partner"]
        day = self.program._local_day()
        served = Partner._event_domain(rule, day, f"signup:{rule.id}")
        domain = served & Domain("id", "in", customers.ids)
        self.assertEqual(Partner.search(domain).ids, customers[:1].ids)
        line = self.env["loyalty.history"]._fields["idempotency_key"]
        self.assertFalse(line._get_all_cache_ids(self.env))

    def test_customers_read_their_language(self):
        self.admin_env["res.lang"]._activate_lang("vi_VN")
        self.company.sudo().partner_id.lang = "vi_VN"
        rule = self.rule_of("birthday", 50)
        rule.with_context(lang="vi_VN").name = "Mừng sinh nhật"
        tier = self.admin_env["res.partner.grade"].create(
            {
                "name": "Gold",
                "is_tier": True,
                "company_id": self.company.id,
                "min_points": 50,
                "welcome_points": 5,
            }
        )
        tier.with_context(lang="vi_VN").name = "Vàng"
        self.customer.birthdate = date(1990, 5, 5)
        with freeze_time("2030-05-05 05:00:00"):
            self.cron()
        texts = self.card().history_ids.sorted("id").mapped("description")
        self.assertEqual(texts[0], "Mừng sinh nhật")
        self.assertIn("Vàng", texts[1])
        self.assertNotIn("Welcome", texts[1])

    def test_birthdays_take_few_queries_and_pay_debts(self):
        self.rule_of("birthday", 50)
        partners = self.env["res.partner"].create(
            [
                {"name": f"Khách {number}", "birthdate": date(1990, 5, 5)}
                for number in range(30)
            ]
        )
        self.give(-20, partners[0])
        with freeze_time("2030-05-05 05:00:00"):
            self.cron()
        self.assertEqual(self.balance(partners[0]), 30)
        self.assertEqual(self.balance(partners[29]), 50)
        self.assertProved()
