"""The shell: everything asynchronous, everything that touches the world."""
