"""What the tests of customers share: a shop, its people, customers and files."""

from base64 import b64decode, b64encode
from contextlib import contextmanager
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook
from psycopg2 import IntegrityError

from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import DISABLED_MAIL_CONTEXT as QUIET
from odoo.addons.queue_job.tests.common import trap_jobs

from ..exceptions import DuplicateCustomer
from ..models.res_users import ALL
from ..tools.spreadsheet_write import write_csv, write_xlsx

USER = "crm_customer.crm_customer_group_user"
MANAGER = "crm_customer.crm_customer_group_manager"
HEADINGS = ("Mã khách hàng", "Tên khách hàng", "Điện thoại")


def make_xlsx(rows, headings=HEADINGS):
    """Content of an Excel file of text cells."""
    output = BytesIO()
    write_xlsx(output, headings, rows)
    return output.getvalue()


def make_csv(rows, headings=HEADINGS):
    output = BytesIO()
    write_csv(output, headings, rows)
    return output.getvalue()


def read_xlsx(content):
    """Rows of a base64 Excel file, headings first, empty cells as empty texts."""
    book = load_workbook(BytesIO(b64decode(content)))
    return [
        [cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)
    ]


def book_payments(env):
    """Let payments by bank be booked at once, without an account for those on the way.

    The company's chart of accounts has a bank.
    """
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    bank.ensure_one()
    methods = bank.inbound_payment_method_line_ids
    methods.payment_account_id = bank.default_account_id


@contextmanager
def without_pictures(env):
    """New contacts get no drawing of their initials, which takes as long as a test."""
    Partner = type(env["res.partner"])
    with patch.object(Partner, "_avatar_generate_svg", lambda self: False):
        yield


def make_user(env, login, groups="base.group_user", **vals):
    """As ``new_test_user``, without the letters and pictures that take its time."""
    quiet = env(context={**env.context, **QUIET})
    with without_pictures(env):
        return new_test_user(quiet, login, groups, **vals).with_env(env)


class CustomerCase(TransactionCase):
    """A Vietnamese shop with a telesale and a manager; tests act as the telesale."""

    #: A company that isn't the superuser's, for tests of jobs and of rules per company.
    #: It takes long to make.
    apart = False
    #: Login -> groups of those who work there; each is an attribute of the class, too,
    #: and tests act as the first of them.
    staff = {"telesale": USER, "manager": MANAGER}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env = cls.env
        cls.company = (
            cls._make_shop("Shop") if cls.apart else cls.env.ref("base.main_company")
        )
        employees = cls._make_employees(cls.staff, cls.company)
        for login, user in zip(cls.staff, employees, strict=True):
            setattr(cls, login, user)
        cls.context = {"allowed_company_ids": cls.company.ids, "tz": "UTC"}
        cls.act_as(employees[0], QUIET | cls.context)

    @classmethod
    def act_as(cls, user, context=None):
        """Let tests act as a user, with the same context unless another is given."""
        cls.env = cls.env(user=user, context=context)
        cls.Partner = cls.env["res.partner"]

    @classmethod
    def heed_chatter(cls):
        """Let Odoo track and tell as it does for people; fixtures leave that out."""
        cls.act_as(cls.env.user, cls.context)

    @classmethod
    @contextmanager
    def _without_extras(cls):
        """A new company gets no chart of accounts and no payment providers.

        Looking for them and copying them takes longer than all the rest.
        """
        Company = type(cls.superuser_env["res.company"])
        Provider = type(cls.superuser_env["payment.provider"])
        with (
            patch.object(Company, "install_l10n_modules", lambda self: False),
            patch.object(Provider, "copy", lambda self, default=None: self),
        ):
            yield

    @classmethod
    def _make_shop(cls, name):
        """One more company in Vietnam."""
        Company = cls.superuser_env["res.company"].with_context(**QUIET)
        with cls._without_extras():
            company = Company.create(
                {
                    "name": name,
                    "country_id": cls.env.ref("base.vn").id,
                    "currency_id": cls.env.ref("base.VND").id,
                    "logo": False,
                }
            )
        return company.with_env(cls.superuser_env)

    @classmethod
    def _make_employee(cls, login, groups, company, **more):
        return cls._make_employees({login: groups}, company, **more)

    @classmethod
    def _make_employees(cls, groups_of, company, **more):
        """Internal users all at once, which is faster.

        :param dict groups_of: login -> external ids of groups, as for new_test_user.
        """
        env = cls.superuser_env(context=QUIET)
        with without_pictures(env):
            return env["res.users"].create(
                [
                    {
                        "name": f"{login}_of_tests ({groups})",
                        # Odoo's own users have short logins as well.
                        "login": f"{login}_of_tests",
                        "password": f"{login}_of_tests",
                        "email": f"{login}@tests.example.com",
                        "group_ids": [env.ref(group).id for group in groups.split(",")],
                        "company_id": company.id,
                        "company_ids": company.ids,
                        "tz": "Asia/Ho_Chi_Minh",
                        # No letter is laid out for each notice.
                        "notification_type": "inbox",
                        **more,
                    }
                    for login, groups in groups_of.items()
                ]
            )

    @classmethod
    def switch(cls, own_only):
        """Whether sales people see only their own customers."""
        users, see_all = cls.superuser_env.ref(USER), cls.superuser_env.ref(ALL)
        if own_only:
            users._remove_group(see_all)
        else:
            users._apply_group(see_all)

    @classmethod
    def make_customer(cls, name="Nguyễn Văn Đức", phone=False, **vals):
        return cls.Partner.create({"name": name, "phone": phone, **vals})

    def rule(self, name, company=None):
        """The shop's rule for a field."""
        return self.superuser_env["crm.customer.field.rule"].search(
            [
                ("field_name", "=", name),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def keys(self, customers, name="phone", company=None):
        """Value -> whether it is only tolerated, of what customers have of a rule."""
        rows = self.superuser_env["crm.customer.key"].search(
            [
                ("rule_id", "=", self.rule(name, company).id),
                ("partner_id", "in", customers.ids),
            ]
        )
        return {row.value: row.tolerated for row in rows}

    @contextmanager
    def assertTaken(self, *parts):
        """A field rule refuses, and the sentence for the user has these parts."""
        with self.assertRaises(DuplicateCustomer) as caught:
            yield
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def run_jobs(self, action):
        """Call a button and perform all the jobs that follow from it."""
        with trap_jobs() as trap:
            action()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                while trap.enqueued_jobs:
                    trap.perform_enqueued_jobs()

    @contextmanager
    def assertClash(self, *parts):
        """The database refuses, and the sentence for the user has these parts."""
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught:
            yield
            self.env.flush_all()
        message = self.Partner._sql_error_to_message(caught.exception)
        for part in parts:
            self.assertIn(part, message)


class ImportCase(CustomerCase):
    """Tests act as the manager, who imports files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.act_as(cls.manager)
        cls.Import = cls.env["crm.customer.import"]
        cls.Row = cls.env["crm.customer.import.row"]

    def upload(
        self,
        rows=(),
        headings=HEADINGS,
        *,
        content=None,
        file_name="khách.xlsx",
        **vals,
    ):
        """An import with its file, not looked at yet."""
        make = make_csv if file_name.endswith(".csv") else make_xlsx
        content = make(rows, headings) if content is None else content
        return self.Import.create(
            {"file": b64encode(content), "file_name": file_name, **vals}
        )

    def preview(self, *args, **vals):
        """An import whose first rows were judged."""
        record = self.upload(*args, **vals)
        record.action_preview()
        return record

    def start_import(self, *args, **vals):
        """An import that ran to its end."""
        record = self.preview(*args, **vals)
        self.run_jobs(record.action_start)
        return record

    def staged(self, *args, **vals):
        """An import whose rows are read and judged, but not written yet."""
        record = self.preview(*args, **vals)
        with trap_jobs():
            record.action_start()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                record._job_stage()
                record._job_check()
        return record

    def apply_rows(self, record):
        """Write the rows of a staged import."""
        self.run_jobs(
            lambda: record._enqueue_rows(
                "_job_apply", ("create", "update"), "_job_finish"
            )
        )

    def codes(self, record):
        """State and first finding of each row."""
        return [
            (row.state, row.problems[0]["code"] if row.problems else None)
            for row in record.row_ids.sorted("number")
        ]

    def states(self, record):
        return record.row_ids.sorted("number").mapped("state")
