"""Pictures of what readers of Discord see, for the documents: `python -m tests.pictures`."""
