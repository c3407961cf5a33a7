/* Tours that share a page: to open one takes longer than most tours. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const stepsOf = (name) => tours.get(name).steps();
const click = (trigger) => ({trigger, run: "click"});
const menu = (name) => click(`[data-menu-xmlid='crm_customer.${name}']`);
const item = (name) =>
    click(`.o-dropdown-item[data-menu-xmlid='crm_customer.${name}']`);

tours.add("crm_customer_rules", {
    url: "/odoo/owner-rules",
    steps: () => [
        ...stepsOf("crm_owner_rule"),
        menu("menu_configuration"),
        item("menu_field_rule"),
        ...stepsOf("crm_customer_field_rule"),
    ],
});

tours.add("crm_customer_group_to_call", {
    url: "/odoo/customer-groups",
    steps: () => [
        ...stepsOf("crm_customer_group_create"),
        click(".modal .btn-close"),
        {trigger: "body:not(:has(.modal))"},
        menu("menu_customers"),
        item("menu_customer_list"),
        {trigger: ".o_searchview_input", run: "edit khach duoc goi"},
        {trigger: ".o_searchview_input", run: "press Enter"},
        click(".o_data_row td[name='complete_name']:contains('Khách Được Gọi')"),
        ...stepsOf("crm_customer_form"),
    ],
});
