"""The data sources by the fixed uids of their provisioning."""

DATASOURCE_UID = "arbwatch-prometheus"
REST_UID = "arbwatch-rest"

# Whatever Prometheus the reader chose.
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
# The exporter itself, through a plugin that may be missing.
REST = {"type": "yesoreyeram-infinity-datasource", "uid": REST_UID}
