import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_voucher_issue", {
    url: "/odoo/voucher-issues",
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name='program_id'] input",
            run: "edit Voucher của bài thử",
        },
        {
            trigger: ".ui-autocomplete a:contains('Voucher của bài thử')",
            run: "click",
        },
        {trigger: ".o_field_widget[name='quantity'] input", run: "edit 3"},
        {trigger: ".o_field_widget[name='prefix'] input", run: "edit THU-"},
        {
            content: "Saves and issues",
            trigger: "button[name='action_issue']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button[data-value='done'][aria-checked=true]",
        },
        {
            trigger: "button[name='action_open_vouchers']:has(.fa-ticket)",
            run: "click",
        },
        {
            trigger: ".o_data_row:nth-child(3) td[name='code']:contains('THU-')",
        },
    ],
});

function useVoucher() {
    return [
        {
            content: "The button of Odoo that asks for a code",
            trigger: "button[name]:has(+ button[name='action_open_reward_wizard'])",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='coupon_code'] input",
            run: "edit thu-baithu01",
        },
        {trigger: ".modal button[name='action_apply']", run: "click"},
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='voucher_ids'] td[name='code']:contains('THU-BAITHU01')",
        },
        {trigger: "button[name='action_confirm']:visible", run: "click"},
        {
            trigger: ".o_statusbar_status button[data-value='sale'][aria-checked=true]",
        },
    ];
}

registry.category("web_tour.tours").add("crm_voucher_use", {
    steps: () => [
        ...useVoucher(),
        {
            content: "Cancelled, the order gives the voucher back",
            trigger: "button[name='action_cancel']",
            run: "click",
        },
        {trigger: ".modal footer .btn-primary", run: "click"},
        {trigger: "button[name='action_draft']", run: "click"},
        {
            trigger:
                ".o_statusbar_status button[data-value='draft'][aria-checked=true]",
        },
        {trigger: "body:not(:has(.o_field_widget[name='voucher_ids']))"},
        ...useVoucher(),
    ],
});
