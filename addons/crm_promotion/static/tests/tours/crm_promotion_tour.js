import {registry} from "@web/core/registry";

const saved = {
    trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
};
const level = ".o_field_widget[name='reward_ids'] .o_selected_row";
const change = ".o_field_widget[name='promotion_change_ids'] .o_data_row";
const menu = (name) => `[data-menu-xmlid='crm_promotion.${name}']`;
const cell = (name) => `${level} .o_field_widget[name='${name}'] input`;

registry.category("web_tour.tours").add("crm_promotion_create", {
    url: "/odoo/promotions",
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name='name'] textarea",
            run: "edit Tuần lễ lụa tơ tằm",
        },
        {trigger: "input[data-field='date_to']", run: "edit 31/12/2098"},
        {trigger: ".o_field_widget[name='name'] textarea", run: "click"},
        {
            content: "The first level",
            trigger:
                ".o_field_widget[name='reward_ids'] .o_data_row td[name='min_amount']",
            run: "click",
        },
        {trigger: cell("min_amount"), run: "edit 200000"},
        {trigger: cell("discount"), run: "edit 5"},
        {
            content: "The second one",
            trigger:
                ".o_field_widget[name='reward_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {trigger: `${level}:nth-child(2)`},
        {trigger: cell("min_amount"), run: "edit 500000"},
        {trigger: cell("discount"), run: "edit 20"},
        {trigger: ".o_form_button_save", run: "click"},
        saved,
        {trigger: "button[name='action_start_promotion']", run: "click"},
        {
            trigger:
                ".o_statusbar_status button.o_arrow_button_current[data-value='running']",
        },
        {
            content: "A limit is set while it runs",
            trigger: ".nav-link[name='limits']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='max_uses'] input",
            run: "edit 100",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
    ],
});

registry.category("web_tour.tours").add("crm_promotion_sell_and_stop", {
    steps: () => [
        {
            content: "Two pieces reach the first level",
            trigger: ".o_field_widget[name='promotion_ids'] .o_tag:contains('Tuần lễ')",
        },
        {
            trigger:
                ".o_field_widget[name='order_line'] .o_data_row:contains('Khăn lụa') td[name='product_uom_qty']",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_uom_qty'] input",
            run: "edit 6",
        },
        {trigger: ".o_form_button_save", run: "click"},
        saved,
        {
            content: "Six pieces reach the second one",
            trigger: ".o_data_row:contains('Giảm 20%'):contains('120.000')",
        },
        {trigger: "button[name='action_why_promotions']", run: "click"},
        {trigger: ".modal .border-success:contains('Tuần lễ lụa tơ tằm')"},
        {
            trigger: ".modal .o_form_button_cancel, .modal button[special='cancel']",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            content: "The manager stops the promotion",
            trigger: ".o_navbar_apps_menu button",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item[data-menu-xmlid='crm_customer.menu_root']",
            run: "click",
        },
        {trigger: menu("menu_promotion"), run: "click"},
        {trigger: menu("menu_promotion_program"), run: "click"},
        {
            trigger: ".o_data_row td[name='name']:contains('Tuần lễ lụa tơ tằm')",
            run: "click",
        },
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
            trigger: `${change}:nth-child(1):contains('Quà đã hết')`,
        },
        {trigger: `${change}:nth-child(2) td[name='new_value']:contains('100')`},
    ],
});
