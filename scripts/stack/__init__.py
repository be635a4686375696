"""The services of ``make run`` and ``make test``: started together, gone together. Standard library only."""
