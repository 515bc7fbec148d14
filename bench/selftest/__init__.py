"""Every alert once, end to end: from its cause to the card that people see."""
