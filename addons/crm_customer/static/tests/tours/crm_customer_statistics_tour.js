import {registry} from "@web/core/registry";

const menu = (name) => `[data-menu-xmlid='crm_customer.${name}']`;

registry.category("web_tour.tours").add("crm_customer_statistics", {
    steps: () => [
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
                ".o_data_row:contains('Khách Có Số Liệu') td[name='amount_total']:contains('3.000.000')",
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
