import {BinaryField, binaryField} from "@web/views/fields/binary/binary_field";
import {FileUploader} from "@web/views/fields/file_handler";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useSubEnv} from "@odoo/owl";

const MEGABYTE = 1024 * 1024;

class LimitedFileUploader extends FileUploader {
    /** Override of `web`: what the server would refuse isn't sent to it. */
    async onFileChange(ev) {
        const {fileLimit} = this.env;
        const [file] = ev.target.files;
        if (!file || file.size <= fileLimit * MEGABYTE) {
            return super.onFileChange(ev);
        }
        ev.target.value = null;
        this.notification.add(
            _t(
                "The file has %(size)s MB; at most %(limit)s MB are possible. Split it into several.",
                {size: Math.ceil(file.size / MEGABYTE), limit: fileLimit},
            ),
            {type: "danger"},
        );
    }
}

/** A file with a limit of its own: option ``max_megabytes``. */
export class LimitedFileField extends BinaryField {
    static components = {FileUploader: LimitedFileUploader};
    static props = {...BinaryField.props, megabytes: {type: Number}};

    setup() {
        super.setup();
        useSubEnv({fileLimit: this.props.megabytes});
    }
}

registry.category("fields").add("crm_limited_file", {
    ...binaryField,
    component: LimitedFileField,
    extractProps: (staticInfo) => ({
        ...binaryField.extractProps(staticInfo),
        megabytes: staticInfo.options.max_megabytes,
    }),
});
