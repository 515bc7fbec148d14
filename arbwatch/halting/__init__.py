"""How an engine hears halts: its permission to trade, and what it does when that ends."""
