import {registry} from "@web/core/registry";

const entries = ".o_crm_timeline_entry";
const menu = (name) => `[data-menu-xmlid='crm_customer.${name}']`;

registry.category("web_tour.tours").add("crm_customer_form", {
    steps: () => [
        {
            content: "What happened so far is there, a page at a time",
            trigger: `.o_crm_timeline:has(.o_crm_timeline_more) ${entries}:nth-child(20)`,
        },
        {trigger: `.o_crm_timeline:not(:has(${entries}:nth-child(21)))`},
        {trigger: ".o_crm_timeline_more", run: "click"},
        {trigger: `${entries}:nth-child(25)`},
        {
            content: "First click",
            trigger: "button[name='action_log_call']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='content'] textarea",
            run: "edit Khách hẹn cuối tuần ghé cửa hàng",
        },
        {
            content: "Second click: the result in the shop's language saves the call",
            trigger: ".modal .o_crm_log_results .btn:contains('Gặp được khách')",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            trigger: `${entries}:nth-child(1):contains('Gặp được khách'):contains('cuối tuần')`,
        },
        {trigger: "button[data-channel='note']", run: "click"},
        {trigger: `.o_crm_timeline:not(:has(${entries}[data-channel='call']))`},
        {trigger: "button[data-channel='call']", run: "click"},
        {
            content: "A mistake is corrected",
            trigger: `${entries}[data-channel="call"]:nth-child(1) .o_crm_timeline_correct`,
            run: "click",
        },
        {
            trigger: ".modal .o_crm_log_results .btn:contains('Máy bận')",
            run: "click",
        },
        {trigger: ".modal .o_crm_log_results .btn.active:contains('Máy bận')"},
        {trigger: ".modal button[name='action_log'].btn-primary", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {
            trigger: `${entries}:nth-child(1):contains('Máy bận'):contains('cuối tuần')`,
        },
        {
            content: "The figures are there at a glance",
            trigger:
                "div[name='customer_figures']:has([name='customer_order_count']:contains('2')) [name='customer_amount_total']:contains('3.000.000')",
        },
        {trigger: ".o_notebook_headers a[name='purchases']", run: "click"},
        {
            trigger:
                ".o_notebook_content [name='customer_average_basket']:contains('1.500.000')",
        },
        {
            content: "The report knows the same customer",
            trigger: menu("menu_reports"),
            run: "click",
        },
        {trigger: menu("menu_report_statistics"), run: "click"},
        {
            trigger:
                ".o_data_row:contains('Khách Được Gọi') td[name='amount_total']:contains('3.000.000')",
        },
        {
            content: "A recount agrees",
            trigger: menu("menu_reports"),
            run: "click",
        },
        {trigger: menu("menu_statistics_check"), run: "click"},
        {trigger: ".modal .alert-success:not(.o_invisible_modifier)"},
        {trigger: ".modal footer button[special='cancel']", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});
