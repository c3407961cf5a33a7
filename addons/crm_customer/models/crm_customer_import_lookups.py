from odoo import fields, models
from odoo.tools import SQL

from ..tools import customer_row
from ..tools.text import fold
from .crm_customer_import_reader import GROWING


class CrmCustomerImportReader(models.AbstractModel):
    """What the names in a file stand for."""

    _inherit = "crm.customer.import.reader"

    def _lookups(self, record, used):
        """What the names in a file stand for: one query a list of any length."""
        country = record.company_id.country_id or self.env.ref("base.vn")
        return customer_row.Lookups(
            today=fields.Date.context_today(record),
            country_id=country.id,
            region=country.code or "VN",
            phone_identifies=self._phone_identifies(record),
            growing=frozenset(GROWING if record.create_missing else ()),
            states=self._state_ids(),
            cities=self._ids_by("res.city", "code", [("code", "!=", False)]),
            countries=self._country_ids() if "country" in used else {},
            regions=self._regions() if "country" in used else {},
            sources=self._source_ids() if "source" in used else {},
            tags=self._ids_by("res.partner.category", "name") if "tags" in used else {},
            positions=self._ids_by("crm.contact.position", "name")
            if "position" in used
            else {},
            owners=self._owner_ids(record) if "owner" in used else {},
        )

    def _grow(self, record, used, cells):
        """The look-ups, once the names in some rows' cells exist.

        The lists are locked before anything is read, in a transaction of its own: two
        imports create a new name once, and nobody waits for longer than that takes.
        """
        with self._transaction(record, True) as there:
            models = [there.env[model] for model in GROWING.values()]
            there.env.cr.execute(
                SQL(
                    "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE",
                    SQL(", ").join(SQL.identifier(model._table) for model in models),
                )
            )
            reader = there.env[self._name]
            lookups = reader._lookups(there, used)
            if there._is_turn("reading") and reader._create_missing(cells, lookups):
                lookups = reader._lookups(there, used)
            return lookups

    def _phone_identifies(self, record):
        """Whether two customers of the company can't have the same phone."""
        return bool(
            self.env["crm.customer.field.rule"].search_count(
                [
                    ("company_id", "=", record.company_id.id),
                    ("field_name", "=", "phone"),
                    ("check_duplicate", "=", True),
                ],
                limit=1,
            )
        )

    def _create_missing(self, cells, lookups):
        """Create the names in some rows' cells that nothing has yet, if any."""
        tables = {
            "source": lookups.sources,
            "tags": lookups.tags,
            "position": lookups.positions,
        }
        created = False
        for column, known in tables.items():
            names = {}
            for of_row in cells:
                for name in customer_row.names_in(of_row, column):
                    if fold(name) not in known:
                        names.setdefault(_key(name), name)
            created |= bool(names)
            self.env[GROWING[column]].create(
                [
                    {"name": name, "code": key}
                    if column == "source"
                    else {"name": name}
                    for key, name in names.items()
                ]
            )
        return created

    def _ids_by(self, model, field_name, domain=()):
        """Folded name -> id, in every language; the user's own comes first."""
        Model = self.env[model].with_context(active_test=False)
        order = "active, id desc" if "active" in Model._fields else "id desc"
        found = {}
        for lang in self._langs() if Model._fields[field_name].translate else [None]:
            found |= self._rows_by(
                Model.with_context(lang=lang), field_name, domain, order
            )
        return found

    def _rows_by(self, Model, field_name, domain, order):
        """Folded name -> id; past the cache, as there are thousands of wards."""
        query = Model._search(list(domain), order=order)
        column = Model._field_to_sql(Model._table, field_name, query)
        rows = self.env.execute_query(
            query.select(column, SQL.identifier(Model._table, "id"))
        )
        return {fold(name): id_ for name, id_ in rows}

    def _langs(self):
        own = self.env.lang or "en_US"
        others = {"en_US", *dict(self.env["res.lang"].get_installed())} - {own}
        return [*sorted(others), own]

    def _state_ids(self):
        return self.env["res.city"]._vietnamese_state_ids()

    def _source_ids(self):
        by_code = self._ids_by("utm.source", "code", [("code", "!=", False)])
        by_words = {code.replace("_", " "): id_ for code, id_ in by_code.items()}
        return by_words | self._ids_by("utm.source", "name") | by_code

    def _country_ids(self):
        found = {}
        for lang in self._langs():
            Country = self.env["res.country"].with_context(lang=lang)
            for country in Country.search_fetch([], ["name", "code"]):
                found[fold(country.name)] = found[fold(country.code)] = country.id
        return found

    def _regions(self):
        countries = self.env["res.country"].search_fetch([], ["code"])
        return {country.id: country.code for country in countries}

    def _owner_ids(self, record):
        """Employees by login, e-mail and name."""
        Users = self.env["res.users"].with_context(active_test=False)
        users = Users.search_fetch(
            [("share", "=", False), ("company_ids", "in", record.company_id.id)],
            ["name", "login", "email"],
            order="active, id desc",
        )
        found = {}
        for user in users:
            names = (user.name, user.email, user.login)
            found |= {fold(name): user.id for name in names if name}
        return found


def _key(name):
    """A name as the key of a source; names of one key are one."""
    return fold(name).replace(" ", "_")
