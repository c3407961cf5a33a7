import {registry} from "@web/core/registry";

const box = (name) => `.o_field_widget[name='${name}'] input[type='checkbox']`;

registry.category("web_tour.tours").add("crm_customer_settings", {
    steps: () => [
        {
            content: "The shop's own page is open, everybody sees all customers",
            trigger: `.app_settings_block[data-key='crm_customer'] ${box("own_customers_only")}:not(:checked)`,
        },
        {trigger: box("own_customers_only"), run: "click"},
        {
            content: "New owners are told, unless it is switched off here",
            trigger: `${box("tells_owners")}:checked`,
            run: "click",
        },
        {
            trigger: ".o_control_panel .o_form_button_save",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Both are as they were set",
            trigger: `${box("own_customers_only")}:checked`,
        },
        {trigger: `${box("tells_owners")}:not(:checked)`},
    ],
});
