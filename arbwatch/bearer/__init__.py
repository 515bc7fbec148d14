"""Bearer tokens: who may call a service, and how a client shows one."""
