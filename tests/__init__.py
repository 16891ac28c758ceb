"""The tests mirror the package; support/, cluster/ and ui/ bring the real parts they run against."""
