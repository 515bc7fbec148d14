"""The drill: a halt from Discord, and one by rule, played against the running stack and timed."""
