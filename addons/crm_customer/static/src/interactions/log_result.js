import {
    BadgeSelectionField,
    badgeSelectionField,
} from "@web/views/fields/badge_selection/badge_selection_field";
import {registry} from "@web/core/registry";

/** A result is chosen and the dialog saved by one click, unless more is to be asked. */
export class LogResultField extends BadgeSelectionField {
    async onChange(value) {
        const {record, name} = this.props;
        const [id, displayName] = this.options.find(([key]) => key === value);
        await record.update({[name]: {id, display_name: displayName}});
        if (record.data.asks_date || record.data.corrects_id) {
            return;
        }
        await this.env.onClickViewButton({
            clickParams: {type: "object", name: "action_log"},
            getResParams: () => ({
                context: record.context,
                evalContext: record.evalContext,
                resModel: record.resModel,
                resId: record.resId,
                resIds: record.resIds,
            }),
        });
    }
}

registry.category("fields").add("crm_log_result", {
    ...badgeSelectionField,
    component: LogResultField,
    supportedTypes: ["many2one"],
});
