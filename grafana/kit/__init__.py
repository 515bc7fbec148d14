"""How a panel looks: shared defaults, written once."""
