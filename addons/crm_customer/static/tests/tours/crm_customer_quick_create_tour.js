import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_customer_quick_create", {
    url: "/odoo/retail-customers",
    steps: () => [
        {trigger: "button[name='action_quick_create']", run: "click"},
        {
            trigger: ".modal .o_field_widget[name='name'] input",
            run: "edit Nguyễn Thị Mới",
        },
        {
            trigger: ".modal .o_field_widget[name='phone'] input",
            run: "edit 0862 000 777",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            content: "The new customer is listed with its code",
            trigger:
                ".o_data_row:has(td[name='phone']:contains('0862 000 777')) td[name='ref']:contains('KH')",
        },
        {trigger: ".o_searchview_input", run: "edit moi nguyen"},
        {trigger: ".o_searchview_input", run: "press Enter"},
        {trigger: ".o_searchview_facet"},
        {
            content: "Found without accents, in any order; opens in its form",
            trigger: ".o_data_row td[name='complete_name']:contains('Nguyễn Thị Mới')",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name='ref'] input:value(KH)"},
    ],
});
