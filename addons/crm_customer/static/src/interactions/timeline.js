import {Component, onWillStart, useState} from "@odoo/owl";
import {
    deserializeDateTime,
    formatDateTime,
    formatDuration,
} from "@web/core/l10n/dates";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const MODEL = "crm.interaction";
const PAGE = 20;
const NAMED = {fields: {display_name: {}}};
const SPECIFICATION = {
    at: {},
    can_correct: {},
    channel: {},
    direction: {},
    document_name: {},
    duration: {},
    preview: {},
    recording_url: {},
    result_id: {fields: {display_name: {}, color: {}}},
    title: {},
    user_id: NAMED,
};
const ICONS = {
    call: "fa-phone",
    meeting: "fa-users",
    email: "fa-envelope-o",
    sms: "fa-mobile",
    chat: "fa-comments-o",
    order: "fa-shopping-cart",
    activity: "fa-check",
    ticket: "fa-life-ring",
    note: "fa-sticky-note-o",
};

/** What happened with a customer, newest first, a page at a time. */
export class Timeline extends Component {
    static template = "crm_customer.Timeline";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast(); // A slow answer may come after a newer one.
        this.state = useState({channel: null, channels: [], entries: [], more: false});
        onWillStart(async () => {
            const {channel, direction} = await this.orm.call(
                MODEL,
                "fields_get",
                [["channel", "direction"]],
                {attributes: ["selection"]},
            );
            this.channelNames = Object.fromEntries(channel.selection);
            this.directionNames = Object.fromEntries(direction.selection);
        });
        useRecordObserver(async (record) => {
            // Read, so that what is logged meanwhile is shown when the form is reloaded.
            const {resId, data} = record;
            if (resId !== this.loadedId) {
                this.loadedId = resId;
                this.state.channel = null;
            }
            if (resId && data.interaction_count !== undefined) {
                await this.load(resId);
            }
        });
    }

    get customerId() {
        return this.props.record.resId;
    }

    domain(customerId, channel = this.state.channel) {
        const domain = [
            ["partner_id", "=", customerId],
            ["valid", "=", true],
        ];
        return channel ? [...domain, ["channel", "=", channel]] : domain;
    }

    async load(customerId = this.customerId) {
        const all = this.domain(customerId, null);
        const [groups, page] = await this.keepLast.add(
            Promise.all([
                this.orm.formattedReadGroup(MODEL, all, ["channel"], ["__count"]),
                this.read(this.domain(customerId)),
            ]),
        );
        this.state.channels = groups.map((group) => ({
            key: group.channel,
            count: group.__count,
        }));
        this.show(page, []);
    }

    async loadMore() {
        const {at, id} = this.state.entries.at(-1);
        const older = ["|", ["at", "<", at], "&", ["at", "=", at], ["id", "<", id]];
        const domain = [...this.domain(this.customerId), ...older];
        const page = await this.keepLast.add(this.read(domain));
        this.show(page, this.state.entries);
    }

    async read(domain) {
        const {records} = await this.orm.webSearchRead(MODEL, domain, {
            specification: SPECIFICATION,
            limit: PAGE + 1,
            order: "at desc, id desc",
            count_limit: 1,
        });
        return records;
    }

    show(page, before) {
        this.state.more = page.length > PAGE;
        this.state.entries = [...before, ...page.slice(0, PAGE)];
    }

    async filter(channel) {
        this.state.channel = channel;
        const domain = this.domain(this.customerId);
        this.show(await this.keepLast.add(this.read(domain)), []);
    }

    icon(entry) {
        return ICONS[entry.channel] || "fa-circle-o";
    }

    ago(entry) {
        return deserializeDateTime(entry.at).toRelative();
    }

    moment(entry) {
        return formatDateTime(deserializeDateTime(entry.at), {showSeconds: false});
    }

    length(entry) {
        const seconds = String(entry.duration % 60).padStart(2, "0");
        return `${Math.floor(entry.duration / 60)}:${seconds}`;
    }

    async open(entry) {
        await this.run("action_open_document", entry);
    }

    async correct(entry) {
        await this.run("action_correct", entry);
    }

    async run(method, entry) {
        const action = await this.orm.call(MODEL, method, [[entry.id]]);
        await this.action.doAction(action, {onClose: () => this.load()});
    }
}

registry.category("view_widgets").add("crm_timeline", {
    component: Timeline,
    fieldDependencies: [{name: "interaction_count", type: "integer"}],
});
