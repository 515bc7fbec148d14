"""What a reader can choose above a board: the data source, venues, categories, pairs."""

from typing import Any

from grafana.kit.sources import DATASOURCE_UID, PROMETHEUS

Variable = dict[str, Any]

# Grafana puts this in for All, so that series without the label are shown too.
ANYTHING = ".*"
# What an expression says to be filtered.
OF_VENUE = 'venue=~"$venue"'
OF_LEADER = 'leader=~"$venue"'
OF_CATEGORY = 'category=~"$category"'
OF_PAIR = 'pair_id=~"$pair"'


def data_source() -> Variable:
    """Which Prometheus is asked."""
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {"selected": True, "text": "Prometheus", "value": DATASOURCE_UID},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
    }


def venue() -> Variable:
    """Which venues; of edges and results those that led."""
    return _choice("venue", "Venue", "label_values(arb_venue_halt_state, venue)")


def category() -> Variable:
    """Which categories of markets."""
    return _choice("category", "Category", "label_values(arb_live_edges, category)")


def pair() -> Variable:
    """Which pairs, of those that were among the largest live edges."""
    return _choice("pair", "Pair", "label_values(arb_live_edge_net_cents, pair_id)")


def _choice(name: str, label: str, query: str) -> Variable:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": PROMETHEUS,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-Choice"},
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "allValue": ANYTHING,
        "includeAll": True,
        "multi": True,
        "hide": 0,
        "options": [],
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
    }
