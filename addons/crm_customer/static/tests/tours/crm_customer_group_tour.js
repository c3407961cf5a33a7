import {registry} from "@web/core/registry";

const line = ".o_field_widget[name='condition_ids'] .o_selected_row";
const option = (index) => `.o_select_menu_item:eq(${index})`;
const chosen = ".o_field_widget[name='matching_partner_ids'] .o_tag";

registry.category("web_tour.tours").add("crm_customer_group_create", {
    url: "/odoo/customer-groups",
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Chị em sinh tháng Năm",
        },
        {trigger: ".o_field_x2many_list_row_add a", run: "click"},
        {trigger: `${line} .o_field_widget[name='attribute'] input`, run: "click"},
        {content: "Gender", trigger: option(6), run: "click"},
        {trigger: `${line} .o_crm_group_input[name='gender'] input`, run: "click"},
        {content: "Female", trigger: option(1), run: "click"},
        {
            content: "Those who would belong are shown before anything is saved",
            trigger: `${chosen}:contains('Lan Tháng Tư')`,
        },
        {trigger: ".o_field_x2many_list_row_add a", run: "click"},
        {
            trigger: `${line}:not(:has(.o_crm_group_input[name='gender'])) .o_field_widget[name='attribute'] input`,
            run: "click",
        },
        {content: "Month of birth", trigger: option(4), run: "click"},
        {trigger: `${line} button[data-month='5']`, run: "click"},
        {trigger: `${line} button[data-month='5'].active`},
        {trigger: `${chosen}:contains('Lan Tháng Năm')`},
        {trigger: `body:not(:has(${chosen}:contains('Lan Tháng Tư')))`},
        {trigger: ".o_form_button_save", run: "click"},
        {
            trigger:
                ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
        {trigger: "button[name='action_view_members']", run: "click"},
        {trigger: ".o_list_view .o_data_row td:contains('Lan Tháng Năm')"},
        {
            trigger: ".o_list_view:not(:has(td:contains('Lan Tháng Tư')))",
        },
        {
            trigger: ".o_data_row td[name='complete_name']:contains('Lan Tháng Năm')",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='customer_group_ids'] .o_tag:contains('Chị em')",
        },
        {trigger: "button[name='action_why_groups']", run: "click"},
        {trigger: ".modal .alert-success .o_field_widget[name='conclusion']"},
        {trigger: ".modal .o_data_row:eq(1) td[name='verdict']:contains('✔')"},
    ],
});
