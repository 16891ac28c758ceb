"""What several folders of tests share: real kernels, terminals and processes, and a proxy that loses answers."""
