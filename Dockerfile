# Odoo 19 with the Retail CRM addons, from the official image.
FROM odoo:19.0

USER root
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]

# What the image already has stays as it is; what comes on top has the tested versions.
COPY requirements.txt constraints.txt /opt/crm/
RUN awk -F== 'function key(name) { gsub(/[-_.]+/, "-", name); return tolower(name) } \
        NR == FNR { present[key($1)]; next } !(key($1) in present)' \
        <(pip list --format=freeze --disable-pip-version-check) /opt/crm/constraints.txt \
        > /tmp/constraints.txt \
    && pip install --no-cache-dir --break-system-packages --root-user-action=ignore \
        --requirement /opt/crm/requirements.txt --constraint /tmp/constraints.txt \
    && rm /tmp/constraints.txt

COPY config/odoo.conf /etc/odoo/odoo.conf
COPY launcher/scripts/set_up_shop.py /opt/crm/
COPY addons /opt/crm/addons

# Outside connections are the container's network; compose publishes ports on 127.0.0.1.
ENV ODOO_ADDONS_PATH=/opt/crm/addons \
    ODOO_DATA_DIR=/var/lib/odoo \
    ODOO_HTTP_INTERFACE=0.0.0.0 \
    ODOO_QUEUE_JOB_HOST=localhost

USER odoo

HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://localhost:8069/web/health"]

# The connection comes from PGHOST, PGUSER and so on: no wrapper is needed, and every
# `odoo` command works, for example `docker compose run --rm odoo db --help`.
ENTRYPOINT ["/usr/bin/odoo"]
CMD []
