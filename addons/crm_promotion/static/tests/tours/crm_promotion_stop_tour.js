import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_promotion_stop", {
    url: "/odoo/promotions",
    steps: () => [
        {
            trigger: ".o_data_row td[name='name']:contains('Khai trương của bài thử')",
            run: "click",
        },
        {trigger: "button[name='action_start_promotion']", run: "click"},
        {
            trigger:
                ".o_statusbar_status button.o_arrow_button_current[data-value='running']",
        },
        {trigger: ".nav-link[name='limits']", run: "click"},
        {
            trigger: ".o_field_widget[name='max_uses'] input",
            run: "edit 100",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {trigger: "button[name='action_open_stop']", run: "click"},
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Quà đã hết",
        },
        {trigger: ".modal button[name='action_stop']", run: "click"},
        {
            trigger:
                "body:not(:has(.modal)) .alert-warning .o_field_widget[name='stop_reason']:contains('Quà đã hết')",
        },
        {trigger: ".nav-link[name='history']", run: "click"},
        {
            content: "Who set the limit and who stopped it is told",
            trigger:
                ".o_field_widget[name='promotion_change_ids'] .o_data_row:nth-child(1):contains('Quà đã hết')",
        },
        {
            trigger:
                ".o_field_widget[name='promotion_change_ids'] .o_data_row:nth-child(2) td[name='new_value']:contains('100')",
        },
    ],
});
