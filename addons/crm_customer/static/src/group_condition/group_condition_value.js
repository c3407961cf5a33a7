import {registry} from "@web/core/registry";
import {DateTimeField} from "@web/views/fields/datetime/datetime_field";
import {IntegerField} from "@web/views/fields/integer/integer_field";
import {Many2ManyTagsField} from "@web/views/fields/many2many_tags/many2many_tags_field";
import {MonetaryField} from "@web/views/fields/monetary/monetary_field";
import {SelectionField} from "@web/views/fields/selection/selection_field";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

const EDITORS = {
    integer: IntegerField,
    monetary: MonetaryField,
    date: DateTimeField,
    selection: SelectionField,
};
/** What can be chosen as a value; names that are empty offer everything. */
const DOMAINS = {
    source_ids: [["code", "!=", false]],
    state_ids: [["country_id.code", "=", "VN"]],
    user_ids: [["share", "=", false]],
};
const TAGS_ONLY = {canCreate: false, canQuickCreate: false, canCreateEdit: false};

/**
 * The value of a group's condition: in words, and while the line is edited as the
 * inputs that its attribute and its operator need (field "inputs").
 */
export class GroupConditionValue extends Component {
    static template = "crm_customer.GroupConditionValue";
    static props = {...standardFieldProps};

    get isEdited() {
        return this.props.record.isInEdition;
    }

    get inputs() {
        const {record} = this.props;
        return (record.data.inputs || []).map((name) => ({
            name,
            isMonths: name === "months",
            Editor: EDITORS[record.fields[name].type] || Many2ManyTagsField,
            props: {
                name,
                record,
                readonly: false,
                ...(record.fields[name].type === "many2many"
                    ? {...TAGS_ONLY, domain: DOMAINS[name] || []}
                    : {}),
            },
        }));
    }

    get months() {
        const text = this.props.record.data.months || "";
        const chosen = text.split(",").map((part) => parseInt(part, 10));
        return [...Array(12).keys()].map((index) => ({
            number: index + 1,
            isChosen: chosen.includes(index + 1),
        }));
    }

    toggleMonth(number) {
        const chosen = this.months
            .filter((month) => month.isChosen !== (month.number === number))
            .map((month) => month.number);
        return this.props.record.update({months: chosen.join(",")});
    }
}

registry.category("fields").add("crm_group_condition_value", {
    component: GroupConditionValue,
    supportedTypes: ["char"],
});
