import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_owner_rule", {
    url: "/odoo/owner-rules",
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Khách Facebook cho Telesale",
        },
        {
            trigger: ".o_field_widget[name='assign_to'] input[data-value='team']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='team_id'] input",
            run: "edit Telesale của bài thử",
        },
        {
            trigger: ".ui-autocomplete a:contains('Telesale của bài thử')",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='condition_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='source_ids'] input",
            run: "edit Facebook của bài thử",
        },
        {
            trigger: ".ui-autocomplete a:contains('Facebook của bài thử')",
            run: "click",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {
            trigger:
                "body:not(:has(.modal)) td[name='sentence']:contains('Facebook của bài thử')",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {
            content: "The test says who would get the customer",
            trigger: "button[name='action_test']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='partner_id'] input",
            run: "edit Khách của bài thử",
        },
        {
            trigger: ".ui-autocomplete a:contains('Khách của bài thử')",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name='result'] li.border-success:contains('Khách Facebook cho Telesale')",
        },
        {
            trigger:
                ".modal .o_field_widget[name='result'] .alert:contains('Nhân viên của bài thử')",
        },
        {
            trigger: ".modal footer button.oe_highlight, .modal footer button",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            content: "Back to the list: found by its name",
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {trigger: ".o_searchview_input", run: "edit cho Telesale"},
        {trigger: ".o_searchview_input", run: "press Enter"},
        {
            trigger: ".o_data_row td[name='target']:contains('Telesale của bài thử')",
        },
    ],
});
