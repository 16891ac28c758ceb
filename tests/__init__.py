"""The tests mirror the package; cluster/, kernels and ui/ bring the real parts they run against."""
