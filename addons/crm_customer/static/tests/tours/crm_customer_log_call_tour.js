import {registry} from "@web/core/registry";

const entries = ".o_crm_timeline_entry";

registry.category("web_tour.tours").add("crm_customer_log_call", {
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
    ],
});
