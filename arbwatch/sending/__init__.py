"""How events leave an engine: a queue, a courier, and what is kept on disk meanwhile."""
