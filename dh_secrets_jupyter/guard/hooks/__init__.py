"""What keeps a shell from showing values: the hooks into a kernel, a terminal, their histories and their logs."""
