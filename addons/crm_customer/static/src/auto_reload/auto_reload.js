import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";

const SECONDS = 2;

/** Reloads the record while it is shown: for records that a job is working on. */
export class AutoReload extends Component {
    static template = xml`<span/>`;
    static props = {...standardWidgetProps};

    setup() {
        let timer;
        onMounted(() => {
            timer = setInterval(() => this.reload(), SECONDS * 1000);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    async reload() {
        const {record} = this.props;
        if (this.loading || document.hidden || (await record.isDirty())) {
            return;
        }
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

registry.category("view_widgets").add("crm_auto_reload", {component: AutoReload});
