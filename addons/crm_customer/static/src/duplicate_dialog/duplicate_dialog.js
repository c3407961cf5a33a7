import {RedirectWarningDialog} from "@web/core/errors/error_dialogs";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Another customer has the value already: says so and opens that customer. */
export class DuplicateCustomerDialog extends RedirectWarningDialog {
    static template = "crm_customer.DuplicateCustomerDialog";

    setup() {
        super.setup();
        const {action, button} = this.props.data.context || {};
        this.title = _t("Another customer has it already");
        this.actionId = action;
        this.buttonText = button;
    }
}

registry
    .category("error_dialogs")
    .add(
        "odoo.addons.crm_customer.exceptions.DuplicateCustomer",
        DuplicateCustomerDialog,
    );
