from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import DuplicateCustomer
from .common import CustomerCase

SEES_ALL = "crm_customer.crm_customer_group_user_all"


class OwnCustomersCase(CustomerCase):
    """The switch is on: the telesale of the tests sees only own customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.switch(True)
        cls.colleague = cls.employ("colleague", "crm_customer.role_telesale")
        boss = cls.superuser_env["res.partner"]
        cls.mine, cls.hidden, cls.free = boss.create(
            [
                {"name": "Khách Của Tôi", "phone": "0862000101"},
                {"name": "Khách Kín Đáo", "phone": "0862000102", "street": "9 Lê Lợi"},
                {"name": "Khách Chưa Ai Nhận", "phone": "0862000103"},
            ]
        )
        cls.mine.user_id = cls.telesale
        cls.hidden.user_id = cls.colleague
        cls.family = cls.mine | cls.hidden | cls.free
        cls.env.flush_all()

    @classmethod
    def employ(cls, login, groups):
        return cls._make_employee(f"{login}_among_others", groups, cls.company)

    def seen_by(self, user, among=None):
        among = self.family if among is None else among
        return self.env["res.partner"].with_user(user).search([("id", "in", among.ids)])

    def names(self, partners):
        return set(partners.sudo().mapped("name"))


@tagged("post_install", "-at_install")
class TestSwitch(OwnCustomersCase):
    def test_switch_takes_effect_at_once_and_back(self):
        self.assertEqual(self.seen_by(self.telesale), self.mine | self.free)
        self.switch(False)
        self.assertEqual(self.seen_by(self.telesale), self.family)
        self.switch(True)
        self.assertEqual(self.seen_by(self.telesale), self.mine | self.free)

    def test_settings_show_the_switch_as_it_is(self):
        Settings = self.superuser_env["res.config.settings"]
        self.assertTrue(Settings.create({}).own_customers_only)
        Settings.create({}).execute()  # saving something else changes nothing
        self.assertTrue(Settings.create({}).own_customers_only)
        self.switch(False)
        self.assertFalse(Settings.create({}).own_customers_only)

    def test_administrator_finds_both_switches_on_the_settings_page(self):
        administrator = self.employ("administrator", "crm_customer.role_administrator")
        page = Form(self.env["res.config.settings"].with_user(administrator))
        self.assertTrue(page.own_customers_only and page.tells_owners)
        page.own_customers_only = page.tells_owners = False
        page.save().execute()
        self.assertEqual(self.seen_by(self.telesale), self.family)
        self.assertFalse(self.company.tells_owners)
        page = Form(self.env["res.config.settings"].with_user(administrator))
        page.own_customers_only = True
        page.save().execute()
        self.assertEqual(self.seen_by(self.telesale), self.mine | self.free)

    def test_off_means_everyones_orders_as_well(self):
        all_orders = "sales_team.group_sale_salesman_all_leads"
        self.assertFalse(self.telesale.has_group(all_orders))
        self.switch(False)
        self.assertTrue(self.telesale.has_group(all_orders))

    def test_who_sees_everything_in_any_case(self):
        roles = ("marketing", "shipping", "shop_manager", "administrator")
        for role in roles:
            with self.subTest(role):
                user = self.employ(role, f"crm_customer.role_{role}")
                self.assertEqual(self.seen_by(user), self.family)

    def test_the_right_to_see_all_can_be_given_to_one_telesale(self):
        self.telesale.sudo().group_ids += self.env.ref(SEES_ALL)
        self.assertEqual(self.seen_by(self.telesale), self.family)

    def test_only_administrators_switch(self):
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.manager).create({})


@tagged("post_install", "-at_install")
class TestHiddenCustomers(OwnCustomersCase):
    def test_contacts_below_follow_their_customer(self):
        contacts = self.hidden.create(
            [
                {"name": f"Kho {name}", "parent_id": parent.id, "type": "delivery"}
                for name, parent in (("ẩn", self.hidden), ("tôi", self.mine))
            ]
        )
        below = contacts.create({"name": "Gác kho", "parent_id": contacts[0].id})
        contacts |= below
        self.assertEqual(self.seen_by(self.telesale, contacts), contacts[1])
        self.hidden.user_id = self.telesale
        self.assertEqual(self.seen_by(self.telesale, contacts), contacts)

    def test_everybody_else_stays_visible(self):
        others = self.hidden.create(
            [
                {"name": "Xưởng dệt", "is_customer": False},
                {"name": "Xưởng nhuộm", "is_customer": False},
            ]
        )
        others.user_id = self.colleague
        buying = self.manager.partner_id
        buying.sudo().write({"is_customer": True, "user_id": self.colleague.id})
        others |= self.company.partner_id | self.telesale.partner_id
        others |= self.colleague.partner_id | buying.sudo()
        self.assertEqual(self.seen_by(self.telesale, others), others)

    def test_no_door_shows_a_hidden_customer(self):
        Partner = self.Partner
        looks = {
            "search box": lambda: Partner.search([("customer_search", "ilike", "kín")]),
            "phone": lambda: Partner.search(
                [("customer_search", "ilike", "0862000102")]
            ),
            "stock phone search": lambda: Partner.search(
                [("phone_mobile_search", "ilike", "0862000102")]
            ),
            "choice of a customer": lambda: Partner.name_search("Khách Kín"),
            "name_search by phone": lambda: Partner.name_search("0862000102"),
            "name_create's check": lambda: Partner.search_read(
                [("name", "=", "Khách Kín Đáo")], ["name"]
            ),
            "count": lambda: Partner.search_count([("name", "=", "Khách Kín Đáo")]),
            "group": lambda: Partner.formatted_read_group(
                [("name", "like", "Khách Kín")], ["name"], ["__count"]
            ),
            "mention": lambda: [
                found
                for found in Partner.get_mention_suggestions("Khách Kín").get(
                    "res.partner", ()
                )
                if found["id"] == self.hidden.id
            ],
            "import's look-up": lambda: Partner.search([("ref", "=", self.hidden.ref)]),
        }
        for door, look in looks.items():
            with self.subTest(door):
                self.assertFalse(look())
        self.assertTrue(Partner.name_search("Khách Của Tôi"))

    def test_ids_of_hidden_customers_are_refused(self):
        hidden = self.hidden.with_env(self.env)
        calls = {
            "read": lambda: hidden.read(["phone"]),
            "web_read": lambda: hidden.web_read({"phone": {}}),
            "write": lambda: hidden.write({"phone": "0862000109"}),
            "take": lambda: hidden.write({"user_id": self.telesale.id}),
            "message": lambda: hidden.message_post(body="Chào chị"),
            "archive": lambda: hidden.action_archive(),
            "copy": lambda: hidden.copy(),
        }
        for name, call in calls.items():
            with self.subTest(name), self.assertRaises(AccessError):
                call()

    def test_clash_of_phones_says_nothing_about_a_hidden_customer(self):
        with self.assertRaises(DuplicateCustomer) as caught:
            self.make_customer("Người mới", "0862000102")
        for secret in ("Kín", self.hidden.ref, "Lê Lợi"):
            self.assertNotIn(secret, str(caught.exception))

    def test_following_a_hidden_customer_opens_nothing(self):
        self.hidden.sudo().message_subscribe(self.telesale.partner_id.ids)
        note = self.hidden.sudo().message_post(body="Nợ 5 triệu")
        with self.assertRaises(AccessError):
            note.with_user(self.telesale).read(["body"])

    def test_counts_of_lists_count_what_is_seen(self):
        source = self.superuser_env["utm.source"].create({"name": "Hội chợ"})
        self.family.source_id = source
        self.env.flush_all()
        self.assertEqual(source.with_user(self.telesale).partner_count, 2)
        self.env.invalidate_all()
        self.assertEqual(source.with_user(self.manager).partner_count, 3)

    def test_other_company_stays_hidden_from_those_who_see_all(self):
        other = self._make_shop("Other shop")
        theirs = self.hidden.create({"name": "Khách xa", "company_id": other.id})
        self.assertFalse(self.seen_by(self.manager, theirs))
        theirs.user_id = self.telesale
        self.assertFalse(self.seen_by(self.telesale, theirs))


@tagged("post_install", "-at_install")
class TestWorkWithOwnCustomers(OwnCustomersCase):
    def test_who_adds_a_customer_owns_him(self):
        self.assertEqual(self.make_customer("Khách tự tìm").user_id, self.telesale)
        self.assertFalse(self.make_customer("Khách chung", user_id=False).user_id)
        with Form(self.Partner) as form:
            form.name = "Khách gõ tay"
            self.assertEqual(form.user_id, self.telesale)

    def test_who_sees_all_doesnt(self):
        customer = self.Partner.with_user(self.manager).create({"name": "Khách mới"})
        self.assertFalse(customer.user_id)

    def test_taking_and_releasing(self):
        free, mine = self.free.with_env(self.env), self.mine.with_env(self.env)
        free.user_id = self.telesale
        self.assertNotIn(self.free, self.seen_by(self.colleague))
        mine.user_id = False
        self.assertIn(self.mine, self.seen_by(self.colleague))

    def test_nobody_hands_customers_to_a_colleague(self):
        with self.assertRaisesRegex(AccessError, "Ask your manager"):
            self.mine.with_env(self.env).user_id = self.colleague
        with self.assertRaisesRegex(AccessError, "Ask your manager"):
            self.make_customer("Khách", user_id=self.colleague.id)
        self.mine.with_user(self.manager).user_id = self.colleague
        self.assertEqual(self.mine.user_id, self.colleague)

    def test_no_contact_is_put_below_a_hidden_customer(self):
        """It would show that customer's name and address."""
        with self.assertRaises(AccessError):
            self.make_customer("Dò hỏi", parent_id=self.hidden.id, is_customer=True)
        with self.assertRaises(AccessError):
            self.mine.with_env(self.env).parent_id = self.hidden.id

    def test_searching_costs_no_query_more(self):
        for user in (self.telesale, self.manager):
            Partner = self.Partner.with_user(user)
            Partner.search([("name", "=", "Khách")])
            with self.assertQueryCount(1):
                Partner.search([("name", "=", "Khách")])

    def test_owner_of_many_changes_in_few_queries(self):
        """Odoo's own look at each contact costs some; contacts, orders, log add ten."""
        customers = self.hidden.create([{"name": f"Khách {n}"} for n in range(40)])
        self.hidden.create([{"name": "Kho", "parent_id": c.id} for c in customers])
        customers = customers.with_context(tracking_disable=True)

        def queries(vals):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers.write(vals)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        usual = queries({"color": 3})
        self.assertLessEqual(queries({"user_id": self.telesale.id}), usual + 10)
        self.assertEqual(customers.child_ids.customer_owner_id, self.telesale)


@tagged("post_install", "-at_install")
class TestTeamLeaders(OwnCustomersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.superuser_env["crm.team"].create(
            {"name": "Tổ Sáng", "company_id": cls.company.id}
        )

    def test_leader_sees_the_customers_of_members_at_once(self):
        self.assertNotIn(self.hidden, self.seen_by(self.telesale))
        self.team.user_id = self.telesale
        self.assertNotIn(self.hidden, self.seen_by(self.telesale))
        member = self.superuser_env["crm.team.member"].create(
            {"crm_team_id": self.team.id, "user_id": self.colleague.id}
        )
        self.assertIn(self.hidden, self.seen_by(self.telesale))
        self.assertNotIn(self.mine, self.seen_by(self.colleague))
        member.active = False
        self.assertNotIn(self.hidden, self.seen_by(self.telesale))
        member.active = True
        self.team.user_id = False
        self.assertNotIn(self.hidden, self.seen_by(self.telesale))

    def test_leader_hands_customers_to_members(self):
        self.team.write({"user_id": self.telesale.id})
        self.team.member_ids = self.colleague
        self.mine.with_env(self.env).user_id = self.colleague
        self.assertEqual(self.mine.user_id, self.colleague)


@tagged("post_install", "-at_install")
class TestOrdersOfOwnCustomers(OwnCustomersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Order = cls.superuser_env["sale.order"].with_company(cls.company)
        product = cls.superuser_env["product.product"].create({"name": "Áo lụa"})

        def order(customer, user):
            return Order.create(
                {
                    "partner_id": customer.id,
                    "user_id": user.id,
                    "order_line": [(0, 0, {"product_id": product.id})],
                }
            )

        cls.by_me = order(cls.mine, cls.telesale)
        cls.before_me = order(cls.mine, cls.colleague)
        cls.by_colleague = order(cls.hidden, cls.colleague)
        cls.handed_over = order(cls.hidden, cls.telesale)
        cls.orders = cls.by_me | cls.before_me | cls.by_colleague | cls.handed_over
        cls.env.flush_all()

    def orders_seen_by(self, user):
        Order = self.env["sale.order"].with_user(user)
        return Order.search([("id", "in", self.orders.ids)])

    def test_own_orders_and_the_history_of_own_customers(self):
        seen = self.by_me | self.before_me | self.handed_over
        self.assertEqual(self.orders_seen_by(self.telesale), seen)
        self.assertEqual(self.orders_seen_by(self.manager), self.orders)
        lines = self.env["sale.order.line"].search(
            [("order_id", "in", self.orders.ids)]
        )
        self.assertEqual(lines.order_id, seen)
        self.mine.user_id = self.colleague  # who takes over the customer sees them
        self.env.invalidate_all()
        self.assertEqual(self.orders_seen_by(self.colleague), self.orders)
        self.mine.user_id = self.telesale
        report = self.env["sale.report"].formatted_read_group(
            [("partner_id", "in", self.family.ids)], [], ["__count"]
        )
        self.assertEqual(report[0]["__count"], 3)

    def test_own_order_of_a_customer_who_was_handed_over_can_be_opened(self):
        order = self.handed_over.with_env(self.env)
        self.env.invalidate_all()
        with Form(order) as form:
            form.client_order_ref = "Khách hẹn thứ bảy"
        self.assertEqual(order.client_order_ref, "Khách hẹn thứ bảy")

    def test_no_order_is_made_for_a_hidden_customer(self):
        with self.assertRaises(AccessError):
            self.env["sale.order"].create({"partner_id": self.hidden.id})
        self.env["sale.order"].create({"partner_id": self.free.id})

    def test_leads_follow_too(self):
        Lead = self.superuser_env["crm.lead"]
        leads = Lead.create(
            [
                {"name": n, "partner_id": c.id, "user_id": self.colleague.id}
                for n, c in (("ẩn", self.hidden), ("tôi", self.mine))
            ]
        )
        seen = self.env["crm.lead"].search([("id", "in", leads.ids)])
        self.assertEqual(self.names(seen), {"tôi"})


@tagged("post_install", "-at_install")
class TestPlainEmployees(OwnCustomersCase):
    def test_the_switch_is_about_sales_people(self):
        """Odoo lets every employee read contacts: bookkeeping would fail without."""
        clerk = self.employ("clerk", "base.group_user")
        self.assertEqual(self.seen_by(clerk), self.family)
        with self.assertRaises(AccessError):
            self.mine.with_user(clerk).write({"name": "Khách khác"})
