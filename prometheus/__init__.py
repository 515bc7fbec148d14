"""The rules of Prometheus, their tests, and the table of alerts made of them."""
