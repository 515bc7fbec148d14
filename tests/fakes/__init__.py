"""Stand-ins for foreign services, over real sockets."""
