"""The dashboards as plain data: `python -m grafana.build` writes them to `grafana/dashboards/`.

`boards` are tables of contents, `panels` what can be shown, `kit` how a panel looks.
"""
