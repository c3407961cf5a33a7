import {registry} from "@web/core/registry";

const current = (state) =>
    `.o_statusbar_status .o_arrow_button_current[data-value='${state}']`;
const LARGE = 51 * 1024 * 1024;
const preview = ".o_field_widget[name='preview_row_ids']";

registry.category("web_tour.tours").add("crm_customer_import_start", {
    steps: () => [
        {trigger: "a[href='/crm_customer/import/template']"},
        {
            trigger: ".o_field_widget[name='file']",
            run() {
                const input = this.anchor.querySelector("input[type='file']");
                const chosen = new DataTransfer();
                chosen.items.add(new File([new Uint8Array(LARGE)], "lớn.xlsx"));
                input.files = chosen.files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {trigger: ".o_notification:contains('51 MB'):contains('50 MB')"},
        {trigger: "button[name='action_preview']", run: "click"},
        {trigger: current("ready")},
        {
            trigger: `${preview} .o_data_row.text-danger td[name='name']:contains('Số Sai')`,
        },
        {
            trigger: `${preview} .o_data_row:not(.text-danger) td[name='name']:contains('Tốt')`,
        },
        {trigger: "button[name='action_start']", run: "click"},
        {trigger: current("reading")},
        {trigger: "button[name='action_cancel']"},
    ],
});

registry.category("web_tour.tours").add("crm_customer_import_result", {
    steps: () => [
        {trigger: current("done")},
        {trigger: ".o_field_widget[name='created_count']:contains('1')"},
        {trigger: ".o_field_widget[name='rejected_file']"},
        {trigger: "button[name='action_view_rejected']", run: "click"},
        {trigger: ".o_list_view .o_data_row td[name='name']:contains('Số Sai')"},
        {trigger: ".o_list_view .o_data_row td[name='reason']:contains('12')"},
    ],
});
