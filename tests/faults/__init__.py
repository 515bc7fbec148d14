"""Bad input and faults: each row of the list as a test, over real sockets and a real ledger."""
