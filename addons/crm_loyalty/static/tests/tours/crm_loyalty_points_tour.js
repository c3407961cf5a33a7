import {registry} from "@web/core/registry";

const field = (name) => `.o_field_widget[name='${name}']`;
const menu = (name) => `[data-menu-xmlid='crm_loyalty.${name}']`;
const saved = {trigger: ".o_form_saved"};
const save = {trigger: ".o_form_button_save", run: "click"};

registry.category("web_tour.tours").add("crm_loyalty_parameters", {
    steps: () => [
        {trigger: `${field("money_per_point")} input`, run: "edit 5000"},
        {trigger: `${field("points_to_keep")} input`, run: "edit 10"},
        save,
        saved,
        {
            content: "The rules, and the switch of each",
            trigger: menu("menu_points"),
            run: "click",
        },
        {trigger: menu("menu_points_rule"), run: "click"},
        {trigger: ".o_list_button_add", run: "click"},
        {trigger: `${field("name")} input`, run: "edit Thưởng đơn đầu"},
        {trigger: `${field("rule_type")} input`, run: "click"},
        {content: "First order", trigger: ".o_select_menu_item:eq(3)", run: "click"},
        {trigger: `${field("points")} input`, run: "edit 7"},
        save,
        saved,
        {trigger: ".o_back_button", run: "click"},
        {
            trigger:
                ".o_data_row:contains('Thưởng đơn đầu') td[name='active'] .o_boolean_toggle input:checked",
        },
    ],
});

registry.category("web_tour.tours").add("crm_loyalty_order", {
    steps: () => [
        {
            content: "What the order would earn, and why",
            trigger: `${field("points_to_earn")}:contains('20')`,
        },
        {trigger: `${field("points_because")}:contains('100.000')`},
        {trigger: `${field("points_allowed")}:contains('90')`},
        {trigger: `${field("points_to_spend")} input`, run: "edit 40"},
        save,
        saved,
        {
            content: "The discount is a line of the order",
            trigger: ".o_data_row:contains('-4.000')",
        },
        {trigger: "button[name='action_confirm']", run: "click"},
        {trigger: `${field("points_spent")}:contains('40')`},
        {trigger: `${field("points_earned")}:contains('19')`},
        {trigger: "button[name='action_open_points_account']", run: "click"},
        {trigger: `${field("points")}:contains('79')`},
        {trigger: "button[name='action_open_ledger']", run: "click"},
        {trigger: ".o_list_view .o_data_row:eq(2)"},
        {
            trigger:
                "body:not(:has(.o_form_view)) .o_data_row td[name='points']:contains('-40')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_loyalty_after_return", {
    steps: () => [
        {
            content: "Everything was taken back and given back",
            trigger: `${field("points")}:contains('100')`,
        },
        {trigger: "button[name='action_open_ledger']", run: "click"},
        {
            trigger:
                "body:not(:has(.o_form_view)) .o_data_row td[name='points']:contains('-19')",
        },
        {
            trigger:
                "body:not(:has(.o_form_view)) .o_data_row td[name='points']:contains('40')",
        },
        {trigger: ".o_back_button", run: "click"},
        {
            content: "A manager gives points, with a reason",
            trigger: "button[name='action_adjust']",
            run: "click",
        },
        {trigger: `.modal ${field("points")} input`, run: "edit 5"},
        {trigger: `.modal ${field("reason")} input`, run: "edit Xin lỗi khách"},
        {trigger: `.modal ${field("new_balance")}:contains('105')`},
        {trigger: ".modal button[name='action_apply']", run: "click"},
        {trigger: `body:not(:has(.modal)) ${field("points")}:contains('105')`},
    ],
});
