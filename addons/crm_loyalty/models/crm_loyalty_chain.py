from odoo import api, fields, models, tools


class CrmLoyaltyChain(models.AbstractModel):
    """Which companies use a points program. Part of ``loyalty.program``.

    The branches of a chain share one: who earns points in one shop spends them in
    another. A branch uses the program of the nearest company above it, unless it has
    one of its own; a program without a company is everybody's else.
    """

    _name = "crm.loyalty.chain"
    _description = "Companies of a Points Program"

    points_shared = fields.Boolean(
        compute="_compute_points_shared",
        help="The program of a company above the current one, or of all companies.",
        export_string_translation=False,
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_points_shared(self):
        for program in self:
            program.points_shared = program.company_id != self.env.company

    @api.model
    @tools.ormcache()
    def _points_program_ids(self):
        """Company -> its points program, for those that use one."""
        points = self.sudo().with_context(active_test=True)
        found = points.search([("keep_ledger", "=", True)])
        programs = {program.company_id.id: program.id for program in found}
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        ids = {False: programs[False]} if False in programs else {}
        for company in companies.search([]):
            line = [*reversed(company.parent_ids.ids), False]
            if nearest := [programs[owner] for owner in line if owner in programs]:
                ids[company.id] = nearest[0]
        return ids

    @api.model
    def _get_points_program(self, company):
        """The points program that the company uses, empty when there is none."""
        program = self.browse(self._points_program_ids().get(company.id))
        return program.with_company(company)

    @api.model
    def _provide_points_program(self, company):
        """The company's points program, made with usual parameters when absent.

        Of a chain without one it is made for all branches.
        """
        program = self._get_points_program(company)
        if not program:
            # Its words are the shop's, whoever asks first. With the product that stands
            # for the discount, which managers don't make.
            shop = self.sudo().with_company(company)._in_language_of_shop()
            vals = shop._prepare_points_program_vals(company.sudo().root_id)
            program = self.browse(shop.create(vals).id)
        return program.with_company(company)

    def _points_company_ids(self):
        """The companies that use this program."""
        self.ensure_one()
        ids = self._points_program_ids()
        return [id_ for id_, program in ids.items() if id_ and program == self.id]

    def action_make_own_points_program(self):
        """Give the current branch a program of its own, with the same parameters.

        What customers have in the shared one they keep there.
        """
        self.check_access("create")
        company = self.env.company
        shared = self._get_points_program(company)
        if shared.points_shared:
            # With the product that stands for the discount, which managers don't make.
            shared.sudo().copy(
                {"name": shared.name, "company_id": company.id, "keep_ledger": True}
            )
        return self.action_open_points_program()
