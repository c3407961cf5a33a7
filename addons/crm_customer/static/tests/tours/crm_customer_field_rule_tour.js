import {registry} from "@web/core/registry";

const EMAIL = ".o_data_row:has(td[name='label']:contains('Email'))";

registry.category("web_tour.tours").add("crm_customer_field_rule", {
    url: "/odoo/customer-field-rules",
    steps: () => [
        {
            content: "No two customers have the same e-mail address",
            trigger: `${EMAIL} td[name='check_duplicate'] input:not(:checked)`,
            run: "click",
        },
        {trigger: `${EMAIL} td[name='check_duplicate'] input:checked`},
        {
            content: "and each must have one",
            trigger: `${EMAIL} td[name='required'] input:not(:checked)`,
            run: "click",
        },
        {trigger: `${EMAIL} td[name='required'] input:checked`},
        {trigger: "[data-menu-xmlid='crm_customer.menu_customers']", run: "click"},
        {
            trigger:
                ".o-dropdown-item[data-menu-xmlid='crm_customer.menu_customer_list']",
            run: "click",
        },
        {trigger: "button[name='action_quick_create']", run: "click"},
        {
            trigger: ".modal .o_field_widget[name='name'] input",
            run: "edit Trần Văn Trùng",
        },
        {
            trigger: ".modal .o_field_widget[name='phone'] input",
            run: "edit 0862 000 779",
        },
        {
            content: "The field is asked for and marked as required",
            trigger: ".modal .o_required_modifier[name='email'] input",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {
            content: "It isn't saved without",
            trigger: ".modal .o_field_invalid[name='email']",
        },
        {
            trigger: ".modal .o_field_widget[name='email'] input",
            run: "edit HOA@example.com",
        },
        {trigger: ".modal .o_field_widget[name='name'] input", run: "click"},
        {
            content: "The form warns while it is filled in, and links the customer",
            trigger: ".modal .alert-warning:contains('Lê Thị Hoa') a",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {
            content: "It isn't saved with the address of another customer",
            trigger: ".modal:has(.o_crm_duplicate):contains('Lê Thị Hoa')",
        },
        {
            content: "whom a button opens",
            trigger: ".modal:has(.o_crm_duplicate) .btn-primary:contains('Lê Thị Hoa')",
        },
        {
            trigger: ".modal:has(.o_crm_duplicate) .modal-footer .btn-secondary",
            run: "click",
        },
        {trigger: "body:not(:has(.o_crm_duplicate))"},
        {
            trigger: ".modal .o_field_widget[name='email'] input",
            run: "edit trung@example.com",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "The new customer is listed with its code",
            trigger:
                ".o_data_row:has(td[name='phone']:contains('0862 000 779')) td[name='ref']:contains('KH')",
        },
        {trigger: ".o_searchview_input", run: "edit trung tran"},
        {trigger: ".o_searchview_input", run: "press Enter"},
        {trigger: ".o_searchview_facet:contains('trung tran')"},
        {
            trigger:
                ".o_list_view:not(:has(td[name='complete_name']:contains('Lê Thị Hoa')))",
        },
        {
            content: "Found without accents, in any order; opens in its form",
            trigger: ".o_data_row td[name='complete_name']:contains('Trần Văn Trùng')",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name='ref'] input:value(KH)"},
    ],
});
