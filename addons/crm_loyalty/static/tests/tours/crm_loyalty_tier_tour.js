import {registry} from "@web/core/registry";

const page = ".o_notebook .nav-link[name='tier']";

registry.category("web_tour.tours").add("crm_loyalty_tier_up", {
    steps: () => [
        {
            content: "The order is confirmed",
            trigger: "button[name='action_confirm']",
            run: "click",
        },
        {trigger: ".o_statusbar_status .o_arrow_button_current[data-value='sale']"},
        {
            content: "Open the customer",
            trigger: ".o_field_widget[name='partner_id'] a.o_form_uri",
            run: "click",
        },
        {trigger: page, run: "click"},
        {
            content: "The tier rose at once",
            trigger: ".o_field_widget[name='grade_id']:contains('Vàng')",
        },
        {
            content: "The sentence says what comes next",
            trigger: ".o_field_widget[name='tier_sentence']:contains('Hạng cao nhất')",
        },
        {
            content: "History says why",
            trigger:
                ".o_field_widget[name='tier_change_ids'] .o_data_row:contains('Vàng')",
        },
        {
            content: "Set another tier by hand",
            trigger: "button[name='action_open_tier_wizard']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='grade_id'] input",
            run: "edit Bạc",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Bạc')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Khách đề nghị",
        },
        {trigger: ".modal button[name='action_set']", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            trigger:
                ".o_field_widget[name='tier_change_ids'] .o_data_row:contains('Khách đề nghị')",
        },
        {
            trigger: ".o_field_widget[name='tier_until']",
        },
    ],
});
