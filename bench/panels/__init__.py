"""Every panel's queries over a past, as Grafana would ask: which have data, what each costs."""
