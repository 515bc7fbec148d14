"""What a trading engine imports: `Engine`, and the events it pushes."""
