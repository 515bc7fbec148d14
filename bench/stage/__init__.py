"""The running stack and a fake Discord, as what plays with them sees them."""
